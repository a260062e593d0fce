"""A detector is read back as it was, for its own classifier alone, and a damaged one is told in a sentence."""

import hashlib
import json
import pickle
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.access.acting import acting_as
from core.access.belonging import Belonging
from core.access.person import LOCAL, Person
from core.base.errors import Unreadable
from core.base.params import to_spec
from core.base.run_folder import OWNER
from core.contracts.classifier import Classifier
from core.contracts.detector import Detector
from core.detection.content_cache import ContentCache
from core.detection.scoring.detector_card import DetectorCard, card_of
from core.detection.scoring.generalisation import Generalisation, generalisation
from core.detection.scoring.saved_detector import fits, known, read, read_card, verdict, write
from core.detectors.feature_squeezing import FeatureSqueezing
from core.detectors.max_softmax import MaxSoftmax
from core.detectors.pixel_cnn import PixelCnn
from core.detectors.signature_boosting import SignatureBoosting
from core.detectors.signature_cnn import SignatureCnn
from core.explainers.smooth_grad import SmoothGrad
from tests.core.access.people import ANNA, OLGA, OTTO, VERA
from tests.core.detection.gathered import gathered

EXPLAINER = SmoothGrad(samples=5)
DETECTORS: tuple[Detector, ...] = (
    SignatureCnn(epochs=1, width=2), PixelCnn(epochs=1, width=2), SignatureBoosting(trees=3), MaxSoftmax(),
    FeatureSqueezing(bits=2),
)  # fmt: skip
ATTACKS = {name: {"method": "pgd", "named": name} for name in ("rows", "columns")}
MODEL = replace(gathered()[0], fingerprint="ab")


@pytest.fixture(scope="module")
def study() -> Generalisation:
    _, evidence = gathered()
    return generalisation(MODEL, DETECTORS, evidence, false_alarm=0.1, repeats=5)


def carded(study: Generalisation, place: int = 0, model: Classifier = MODEL) -> DetectorCard:
    return card_of(
        study.trained[place], model, EXPLAINER, study.rows, ATTACKS, name="small", strength=0.2, data="toys",
        split="train", learning=60, data_fingerprint="cd", explained_with=4,
    )  # fmt: skip


@pytest.fixture
def saved(study: Generalisation, tmp_path: Path) -> Path:
    return write(tmp_path, "first", carded(study), study.trained[0].fitted)


def test_every_detector_is_read_back_as_it_was(study: Generalisation, tmp_path: Path) -> None:
    _, evidence = gathered()
    for place, trained in enumerate(study.trained):
        path = write(tmp_path, f"number-{place}", carded(study, place), trained.fitted)
        again = read(path, MODEL)
        assert again.card.made_detector() == trained.detector
        assert torch.equal(again.fitted.score(MODEL, evidence.testing), trained.fitted.score(MODEL, evidence.testing))


def test_the_card_says_what_was_measured(study: Generalisation, saved: Path) -> None:
    card, rows = read_card(saved), study.rows[:4]
    trained = study.trained[0]
    assert (card.threshold, card.false_alarm) == (trained.threshold.value, 0.1)
    assert (card.guarantee, card.calibration, card.testing) == (5 / 41, 40, 50)
    assert card.measured == rows[0]["false_alarms"]
    assert [entry["auc"] for entry in card.aucs] == [row["auc"] for row in rows]
    assert card.attacks == [ATTACKS["rows"], ATTACKS["columns"]]
    assert (card.detector, card.explainer) == (to_spec(DETECTORS[0]), to_spec(EXPLAINER))
    assert card.sha256 == hashlib.sha256(saved.read_bytes()).hexdigest()
    assert {"torch", "Python"} <= set(card.versions)
    assert (card.fingerprint, card.data_fingerprint) == (MODEL.fingerprint, "cd")


def test_another_classifier_is_refused(saved: Path) -> None:
    other = replace(MODEL, fingerprint="ef")
    shifted = replace(MODEL, fingerprint="ab", mean=(0.5,))
    unknown = replace(MODEL, fingerprint="")
    for each in (other, shifted, unknown):
        with pytest.raises(ValueError, match=r"^the detector first was made for small with other weights .*[^.]$"):
            read(saved, each)
    with pytest.raises(ValueError, match="not for this classifier"):
        verdict(read(saved, MODEL), other, torch.rand(1, 6, 6))


def test_of_unknown_weights_nothing_fits(study: Generalisation) -> None:
    unknown = replace(MODEL, fingerprint="")
    assert not fits(carded(study, model=unknown), unknown)


def test_known_are_those_that_fit_the_newest_first(study: Generalisation, saved: Path, home: Path) -> None:
    folder = saved.parent
    write(folder, "newest", replace(carded(study), date="2999-01-01"), study.trained[0].fitted)
    write(folder, "oldest", replace(carded(study), date="1999-01-01"), study.trained[0].fitted)
    write(folder, "other", replace(carded(study), fingerprint="12"), study.trained[0].fitted)
    write(folder, "damaged", carded(study), study.trained[0].fitted)
    (folder / "damaged.json").write_text("{")
    (folder / "alone.safetensors").write_bytes(b"")
    assert [path.stem for path, _ in known(MODEL, [folder])] == ["newest", "first", "oldest"]
    assert known(MODEL, [folder / "none"]) == []
    assert known(MODEL) == []
    write(home / "detectors", "mine", carded(study), study.trained[0].fitted)
    assert [path.stem for path, _ in known(MODEL)] == ["mine"]


def test_of_a_private_run_they_are_its_makers_of_a_deleted_one_the_owners(study: Generalisation, home: Path) -> None:
    run = "20261129-120000-0123abcd"
    write(home / "detectors", "theirs", replace(carded(study), run=run), study.trained[0].fitted)
    whose = Belonging(home / "runs" / run / OWNER)

    def seen(person: Person) -> bool:
        with acting_as(person):
            return bool(known(MODEL))

    with acting_as(OTTO):
        whose.claim()
    assert [seen(each) for each in (OTTO, ANNA, OLGA, VERA, LOCAL)] == [True, True, False, False, True]
    with acting_as(OTTO):
        whose.share(True, "run")
    assert seen(VERA)
    shutil.rmtree(home / "runs" / run)
    assert [seen(each) for each in (OTTO, ANNA, OLGA, VERA, LOCAL)] == [False, True, False, False, True]
    write(home / "detectors", "nobodys", replace(carded(study), run=""), study.trained[0].fitted)
    assert seen(VERA), "one that came of no run is everybody's"


def test_the_verdict_is_the_score_of_the_image_explained_as_in_learning(saved: Path, tmp_path: Path) -> None:
    image = torch.rand(1, 6, 6, generator=torch.Generator().manual_seed(1))
    before = read(saved, MODEL)
    found = verdict(before, MODEL, image, ContentCache(tmp_path / "cache"))
    answer = MODEL.probabilities(image[None]).argmax(dim=1)
    wanted = EXPLAINER(MODEL, image[None], answer, seed=4).values
    assert torch.equal(found.signature, wanted[0])
    _, evidence = gathered()
    one = replace(evidence.testing[:1], images=image[None], signatures=wanted)  # type: ignore[index]
    assert found.score == float(before.fitted.score(MODEL, one)[0])
    assert (found.threshold, found.false_alarm_rate, found.answer) == (before.card.threshold, 0.1, int(answer))
    assert found.measured == before.card.measured["share"]
    assert list(found.interval) == before.card.measured["interval_95"]
    for threshold, attacked in ((found.score, False), (found.score - 1e-4, True)):
        asked = replace(before, card=replace(before.card, threshold=threshold))
        assert verdict(asked, MODEL, image).attacked is attacked


def test_damage_is_told_in_a_sentence(saved: Path) -> None:
    raw, card = saved.read_bytes(), json.loads(saved.with_suffix(".json").read_text())
    for damaged in (raw[:-1], raw[:40], b"", raw[:-1] + bytes([raw[-1] ^ 1]), pickle.dumps({"a": 1})):
        saved.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"[^.]$"):
            read(saved, MODEL)
    saved.write_bytes(raw)
    beside = saved.with_suffix(".json")
    wrong = [
        {"threshold": "high"}, {"threshold": None}, {"detector": {"method": "none"}}, {"explainer": {}},
        {"measured": {"share": 2, "interval_95": [0, 1]}}, {"measured": {}}, {"aucs": "good"}, {"learning": -1},
    ]  # fmt: skip
    for change in wrong:
        beside.write_text(json.dumps(card | change))
        with pytest.raises(Unreadable, match=r"^the card first.json .*[^.]$"):
            read(saved, MODEL)
    beside.write_text(json.dumps({name: value for name, value in card.items() if name != "fingerprint"}))
    with pytest.raises(Unreadable, match="does not give 'fingerprint'"):
        read(saved, MODEL)
    beside.write_text(json.dumps(card | {"detector": to_spec(PixelCnn()) | {"method": "signature_boosting"}}))
    with pytest.raises(ValueError, match="unknown parameter"):
        read(saved, MODEL)
    beside.write_text(json.dumps(card | {"detector": to_spec(SignatureBoosting())}))
    with pytest.raises(ValueError, match="detector's trees"):
        read(saved, MODEL)
    beside.unlink()
    with pytest.raises(OSError, match="first.json"):
        read(saved, MODEL)


def test_a_name_leads_out_of_no_folder(study: Generalisation, tmp_path: Path) -> None:
    for name in ("../up", "", ".hidden", "a/b", "a" * 101):
        with pytest.raises(ValueError, match="expected a name"):
            write(tmp_path, name, carded(study), study.trained[0].fitted)


def test_of_a_detector_that_was_not_measured_there_is_no_card(study: Generalisation) -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        card_of(study.trained[0], MODEL, EXPLAINER, [], ATTACKS, name="small", strength=0.2, data="toys",
                split="train", learning=60)  # fmt: skip
