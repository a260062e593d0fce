"""The task `detect`: all stages on few digits; stopped between stages it ends with the numbers of one pass."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.base import run_folder
from core.base.params import to_spec
from core.catalog import load_classifier
from core.detection.feature_space.embedding import Embedding
from core.detection.reporting.exports import files
from core.detection.reporting.words import SENTENCES, TITLES, found_words
from core.detection.request import DetectionRequest
from core.detection.scoring.saved_detector import read_card
from core.detection.stages import detectors, features, knowing, pixels
from core.detection.study import STAGES
from core.images.picture import fit
from core.images.samples import gallery, stored_picture
from core.runs.context import Context, Stopped
from core.runs.tasks import TASKS
from tests.core.runs.tasks.measuring import begun

MODEL = "mnist_cnn:standard"


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The digits of the gallery that the model gets right, each once more with a little noise."""
    model = load_classifier(MODEL)
    images = torch.stack([fit(stored_picture(each.id), model) for each in gallery("mnist")])
    noise = 0.1 * torch.rand(images.shape, generator=torch.Generator().manual_seed(0))
    both = torch.cat([images, (images + noise).clamp(0, 1)])
    levels = (255 * both).round().byte()
    labels = model.probabilities(levels.float() / 255).argmax(dim=1)
    folder = tmp_path_factory.mktemp("digits")
    np.savez(folder / "x.npz", test_images=levels[:, 0].numpy(), test_labels=labels.numpy(),
             classes=np.array([f"digit {each}" for each in range(10)]))  # fmt: skip
    return folder / "x.npz"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, digits: Path) -> None:
    shorten(monkeypatch, digits)


@pytest.fixture(scope="module")
def whole(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What a study carried out in one pass told, and the folder of its run."""
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch, digits)
        return carried_out(tmp_path_factory.mktemp("whole") / "run", asked(digits))


def shorten(monkeypatch: pytest.MonkeyPatch, digits: Path) -> None:
    """A home that these tests share, with what is cached in it; no UMAP, which has to be compiled; less of all."""
    monkeypatch.setenv("COUNTERPROOF_HOME", str(digits.parent / "home"))
    monkeypatch.setattr(features, "embed", _two)
    monkeypatch.setattr(pixels, "RESAMPLES", 20)
    monkeypatch.setattr(pixels, "MOST", 8)
    monkeypatch.setattr(detectors, "MOST", 4)
    monkeypatch.setattr(knowing, "STEPS", 10)


def _two(points: torch.Tensor, seed: int) -> Embedding:
    return Embedding(points[:, :2].double().numpy(), "the first two features")


def asked(digits: Path, **more: Any) -> dict[str, Any]:
    return {
        "classifier": MODEL, "data": str(digits), "strengths": [0.1, 0.2], "strength": 0.2, "learn_from": "test",
        "attacks": [to_spec(FGSM(eps=0.2)), to_spec(PGD(eps=0.2, step=0.05, steps=5))], "learning": 24,
        "calibration": 16, "testing": 20, "knowing": 3, "batch": 20, "detectors": [
            {"method": "max_softmax"}, {"method": "signature_cnn", "epochs": 2}, {"method": "pixel_cnn", "epochs": 2},
            {"method": "signature_cnn", "magnitudes": "linear", "epochs": 2},
        ],
    } | more  # fmt: skip


def carried_out(folder: Path, arguments: dict[str, Any]) -> tuple[dict[str, Any], Path]:
    run = begun(folder, "detect", arguments)
    return dict(TASKS["detect"](Context(run.folder), arguments)), run.folder


def plain(result: dict[str, Any]) -> Any:
    """Without what the clock says and what the cache knew."""
    told = json.loads(json.dumps(result))
    for key in ("attacks", "signatures"):
        for name in ("made", "taken", "seconds"):
            told[key].pop(name, None)
    told["detectors"].pop("kept")
    return told


def test_every_stage_tells_what_it_found_and_scores_give_the_aucs(whole: tuple[dict[str, Any], Path]) -> None:
    told, folder = whole
    request = DetectionRequest.read(told["asked"])
    assert list(STAGES) == list(TITLES) == list(SENTENCES)
    assert set(STAGES) <= set(told)
    assert told["attacks"]["sources"] == {"learning": 24, "calibration": 16, "testing": 20}
    with (folder / run_folder.SCORES).open() as file:
        scores = list(csv.DictReader(file))
    rows = told["detectors"]["rows"]
    assert {(row["detector"], tuple(row["learnt_from"])) for row in rows} == {
        ("max_softmax", ()), *((key, way) for key in ("signature_cnn", "signature_cnn linear", "pixel_cnn")
                               for way in (("FGSM", "PGD"), ("FGSM",), ("PGD",)))
    }  # fmt: skip
    for row in rows:
        mine = [each for each in scores if each["detector"] == row["detector"] and each["part"] == "testing"
                and each["learnt_from"] == "+".join(row["learnt_from"])]  # fmt: skip
        first = [float(each["score"]) for each in mine if not each["attack"]]
        second = [float(each["score"]) for each in mine if each["attack"] == row["attack"]
                  and abs(float(each["strength"]) - row["strength"]) < 1e-6]  # fmt: skip
        assert len(first) == len(second) == 20
        area = roc_auc_score([0] * 20 + [1] * 20, first + second)
        assert row["auc"] == pytest.approx(area, abs=1e-9)
    testing = {each["image"] for each in scores if each["part"] == "testing"}
    assert not testing & {each["image"] for each in scores if each["part"] == "calibration"}, "sources stay apart"
    for key, say in SENTENCES.items():
        for sentence in say(told[key], request):
            assert sentence.endswith(".")
            assert "None" not in sentence
            assert "nan" not in sentence.split()
    assert "an attacker who knows of it" in found_words(told)
    made = files(told, request, folder)
    assert set(made) == {"report.html", "study.json", "pixels.csv", "detectors.csv", "scores.csv"}
    assert made["report.html"].count(b"<svg") > 10
    for words in ("class by class", "Coloured by class", "(linear values): false alarms"):
        assert words.encode() in made["report.html"]
    assert b"<script" not in made["report.html"]


def test_two_detectors_of_a_kind_are_told_and_kept_apart(whole: tuple[dict[str, Any], Path]) -> None:
    told, folder = whole
    linear = "Network on explanations (linear values)"
    assert told["detectors"]["titles"]["signature_cnn linear"] == linear
    assert told["knowing"]["detectors"]["signature_cnn linear"]["title"] == linear
    kept = told["detectors"]["kept"]
    cards = {name: read_card(folder / f"{file}.safetensors") for name, file in kept.items()}
    assert kept["signature_cnn linear"].endswith("signature_cnn-linear")
    assert {each.title for each in cards.values()} == set(told["detectors"]["titles"].values())
    assert cards["signature_cnn linear"].detector["magnitudes"] == "linear"


def test_classes_of_five_learning_images_have_pixels_of_their_own(whole: tuple[dict[str, Any], Path]) -> None:
    told, _ = whole
    for reading in ("generation", "detection"):
        found = told["pixels"][reading]
        assert found["per_class"] or found["left_out"]
        for each in found["per_class"].values():
            assert each["images"] >= 5
            assert len(each["chosen"]) == each["count"] == found["count"]
        assert not set(found["left_out"]) & set(found["per_class"])


@pytest.mark.parametrize(
    ("rule", "count", "said"),
    [
        ({"critical_deviations": 50.0}, 0, "no pixel is critical"),
        ({"critical": 0.9999}, 784, "every pixel is critical"),
    ],
)
def test_a_rule_that_chooses_none_or_all_says_so_and_the_study_goes_on(
    digits: Path, tmp_path: Path, rule: dict[str, Any], count: int, said: str
) -> None:
    told, folder = carried_out(tmp_path / "whole", asked(digits, detectors=[{"method": "max_softmax"}], **rule))
    request = DetectionRequest.read(told["asked"])
    for reading in ("generation", "detection"):
        assert told["pixels"][reading]["count"] == told["tests"][reading]["same"]["critical"] == count
        assert told["pixels"][reading]["matters"] == []
    for key in ("pixels", "tests"):
        assert [said in each for each in SENTENCES[key](told[key], request)][:2] == [True, True]
    json.dumps(told, allow_nan=False)
    made = files(told, request, folder)
    assert made["report.html"].count(said.encode()) == 4
    assert made["pixels.csv"].startswith(b"reading,class,images")


def test_stopped_between_stages_it_ends_with_the_same_numbers(
    whole: tuple[dict[str, Any], Path], digits: Path, tmp_path: Path
) -> None:
    arguments = asked(digits)
    run, result, steps = begun(tmp_path / "parts", "detect", arguments), None, []
    while result is None:
        context = Context(run.folder)
        context.recover()
        (run.folder / run_folder.STOP).unlink(missing_ok=True)
        row = context.row

        def stopping(step: int, row: Any = row, **found: Any) -> None:
            row(step, **found)
            steps.append(step)
            if step % 3 == 1:
                (run.folder / run_folder.STOP).write_text("{}")

        context.row = stopping  # type: ignore[method-assign]
        try:
            result = dict(TASKS["detect"](context, arguments))
        except Stopped:
            continue
    assert steps == list(range(len(STAGES))), "no stage is repeated"
    assert plain(result) == plain(whole[0])


def test_too_few_right_images_are_told_before_anything_is_computed(digits: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="only images that the model answers right count"):
        carried_out(tmp_path / "few", asked(digits, learning=70))
