"""What is learned from, what is tested on, and that every row follows from the scores that are handed over."""

from dataclasses import replace

import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor

from core.base.cancellation import Cancelled, CancelScope
from core.base.proportion import Proportion
from core.contracts.detector import Detector
from core.detection.scoring.generalisation import Generalisation, generalisation
from core.detection.scoring.study_evidence import Way, changed, ways_to_learn
from core.detection.scoring.trained_detectors import Scored, train
from core.detectors.max_softmax import MaxSoftmax
from core.detectors.pixel_cnn import PixelCnn
from core.detectors.signature_boosting import SignatureBoosting
from core.detectors.signature_cnn import SignatureCnn
from tests.core.detection.gathered import SHIFTS, gathered

SMALL: tuple[Detector, ...] = (SignatureBoosting(trees=8), MaxSoftmax())
BOTH: Way = ("rows", "columns")


@pytest.fixture(scope="module")
def found() -> Generalisation:
    model, evidence = gathered()
    return generalisation(model, SMALL, evidence, false_alarm=0.1, repeats=50)


def scored(found: Generalisation, name: str, way: Way, attack: str, strength: float, part: str = "testing") -> Scored:
    (one,) = [
        each for each in found.scored
        if (each.name, each.way, each.attack, each.strength, each.part) == (name, way, attack, strength, part)
    ]  # fmt: skip
    return one


def test_a_row_for_each_way_of_learning_attack_and_strength(found: Generalisation) -> None:
    ways = [(each.name, each.way) for each in found.trained]
    assert ways == [*(("signature_boosting", way) for way in ways_to_learn(BOTH)), ("max_softmax", ())]
    cells = [(row["detector"], tuple(row["learnt_from"]), row["attack"], row["strength"]) for row in found.rows]
    assert cells == [(name, way, *cell) for name, way in ways for cell in SHIFTS]
    for row in found.rows:
        assert row["seen_attack"] == (row["attack"] in row["learnt_from"])
        assert row["seen_strength"] == (row["strength"] == 0.2 and row["detector"] != "max_softmax")


def test_every_row_follows_from_the_scores(found: Generalisation) -> None:
    for row in found.rows:
        which = (row["detector"], tuple(row["learnt_from"]))
        originals, calibration = scored(found, *which, "", 0.0), scored(found, *which, "", 0.0, "calibration")
        attacked = scored(found, *which, row["attack"], row["strength"])
        both = torch.cat([originals.scores, attacked.scores]).tolist()
        assert row["auc"] == pytest.approx(roc_auc_score([0] * 50 + [1] * 50, both))
        assert row["low"] <= row["auc"] <= row["high"]
        above = sorted(calibration.scores.tolist())[-5]  # of 40, four may lie above
        assert row["threshold"] == above
        for name, scores in (("detected", attacked.scores), ("false_alarms", originals.scores)):
            hits = int((scores.double() > above).sum())
            assert (row[name]["hits"], row[name]["count"]) == (hits, 50)
            assert row[name]["interval_95"] == pytest.approx(Proportion(hits, 50).interval, abs=1e-4)
        left = attacked.scores[attacked.fooled]
        assert row["fooled"] == len(left)
        if len(left):
            both = torch.cat([originals.scores, left]).tolist()
            assert row["auc_fooled"] == pytest.approx(roc_auc_score([0] * 50 + [1] * len(left), both))
            assert row["detected_fooled"]["count"] == len(left)
        else:
            assert row["auc_fooled"] is row["low_fooled"] is row["detected_fooled"] is None


def test_fooled_is_another_answer_than_the_original_one_has(found: Generalisation) -> None:
    _, evidence = gathered()
    for cell in SHIFTS:
        moved = evidence.testing_attacked[cell].probabilities.argmax(1) != evidence.testing.probabilities.argmax(1)
        assert torch.equal(scored(found, "max_softmax", (), *cell).fooled, moved)
        assert torch.equal(changed(evidence.testing, evidence.testing_attacked[cell]), moved)
    assert any(row["fooled"] for row in found.rows)


def test_an_attack_learned_from_is_found_better_and_at_the_strength_learned(found: Generalisation) -> None:
    def value(way: Way, attack: str, strength: float = 0.2) -> float:
        (row,) = [
            row for row in found.rows if tuple(row["learnt_from"]) == way
            and (row["detector"], row["attack"], row["strength"]) == ("signature_boosting", attack, strength)
        ]  # fmt: skip
        return float(row["auc"])

    assert value(BOTH, "rows") > 0.9
    assert value(("rows",), "rows") > 0.9 > 0.7 > value(("columns",), "rows")
    assert value(("columns",), "columns") > 0.9 > 0.7 > value(("rows",), "columns")
    assert value(BOTH, "rows") > value(BOTH, "rows", 0.1)


def test_what_is_learned_from_is_what_the_way_says() -> None:
    _, evidence = gathered(noise=True)
    seen, attacked = evidence.to_learn(("columns",))
    assert [len(seen), int(attacked.sum())] == [180, 60]
    assert evidence.noise is not None
    for part, rows in ((evidence.learning, slice(0, 60)), (evidence.noise, slice(60, 120)),
                       (evidence.learning_attacked["columns"], slice(120, 180))):  # fmt: skip
        assert torch.equal(seen.signatures[rows], part.signatures)
    assert attacked.tolist() == [False] * 120 + [True] * 60


def test_thresholds_come_from_calibration_alone() -> None:
    model, evidence = gathered()
    changed_testing = replace(evidence, testing=evidence.testing_attacked["rows", 0.2])
    first, second = (
        train(model, "cnn", SignatureCnn(epochs=1), BOTH, each, false_alarm=0.1)[0]
        for each in (evidence, changed_testing)
    )
    assert (first.threshold, first.balanced) == (second.threshold, second.balanced)
    other = replace(evidence, calibration=evidence.learning_attacked["rows"], calibration_attacked={})
    third = train(model, "cnn", SignatureCnn(epochs=1), BOTH, other, false_alarm=0.1)[0]
    assert third.threshold.value > first.threshold.value
    assert third.balanced is None


def test_balanced_accuracy_is_that_of_the_calibrated_threshold(found: Generalisation) -> None:
    for row, trained in zip(found.rows, [each for each in found.trained for _ in SHIFTS], strict=True):
        assert trained.balanced is not None
        which = (trained.name, trained.way)
        own = scored(found, *which, "", 0.0).scores
        attacked = scored(found, *which, row["attack"], row["strength"]).scores
        wanted = ((own <= trained.balanced).double().mean() + (attacked > trained.balanced).double().mean()) / 2
        assert row["balanced_accuracy"] == pytest.approx(float(wanted))


def test_progress_rises_and_a_stop_is_heard() -> None:
    model, evidence = gathered()
    told: list[float] = []
    with CancelScope() as scope:

        def progress(done: float, what: str) -> None:
            told.append(done)
            if len(told) == 3:
                scope.stop()

        with pytest.raises(Cancelled):
            generalisation(model, [SignatureBoosting(trees=2)], evidence, false_alarm=0.1, repeats=5, progress=progress)
    assert told == sorted(told)
    assert len(told) == 3


def test_rows_that_do_not_go_together_are_refused() -> None:
    model, evidence = gathered()
    short: Tensor = torch.arange(10)
    with pytest.raises(ValueError, match="in the same order"):
        replace(evidence, testing=evidence.testing[short])
    with pytest.raises(ValueError, match="needs an attack"):
        replace(evidence, learning_attacked={})
    with pytest.raises(ValueError, match="to calibrate with"):
        replace(evidence, calibration_attacked={"other": evidence.calibration})


def test_the_same_detector_twice_has_two_names() -> None:
    model, evidence = gathered()
    twice = [PixelCnn(epochs=1, width=2), PixelCnn(epochs=2, width=2)]
    rows = generalisation(model, twice, evidence, false_alarm=0.1, repeats=5).rows
    assert {row["detector"] for row in rows} == {"pixel_cnn", "pixel_cnn 2"}
