"""Alarms on images that nobody attacked: which images are shown, and how they are counted."""

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from core.base.cancellation import Cancelled, CancelScope
from core.contracts.classifier import Classifier
from core.contracts.detector import Evidence, Fitted
from core.corruptions.brightness import Brightness
from core.detection.scoring.false_alarms import TRIED, Harmless, false_alarms, harmless, made
from core.detection.scoring.ordinary_noise import LEARNT, NOISES, noise_to_learn, noisy
from core.detection.scoring.thresholds import Threshold
from core.detection.scoring.trained_detectors import Trained
from core.detectors.max_softmax import MaxSoftmax
from tests.toys import draw, separable, small

IMAGES = separable(20)[0]


class Roughness(Fitted):
    """A score that rises with the difference of neighbouring pixels."""

    tensors: Mapping[str, Tensor] = {}

    def score(self, classifier: Classifier, evidence: Evidence) -> Tensor:
        return evidence.images.diff(dim=3).abs().mean(dim=(1, 2, 3))


def rough(threshold: float, name: str = "rough") -> Trained:
    return Trained(name, MaxSoftmax(), ("pgd",), Roughness(), Threshold(threshold, 0.05, 20, 1, 2 / 21), None)


def seen(images: Tensor) -> Evidence:
    return Evidence(images, small(norm=False).probabilities(images), torch.zeros(len(images), 6, 6))


def test_every_kind_is_counted_for_every_detector() -> None:
    asked: list[Tensor] = []

    def evidence_of(images: Tensor) -> Evidence:
        asked.append(images)
        return seen(images)

    others = {"letters": draw(7, 1, 6, 6)}
    detectors = [rough(0.21), rough(-1.0, "always"), rough(9.0, "never")]
    rows = false_alarms(small(norm=False), detectors, IMAGES, evidence_of, strength=0.2, others=others)
    todo = harmless((1, 6, 6), 0.2, ["letters"])
    assert len(asked) == len(todo)  # each set is explained once
    assert len(rows) == 3 * len(todo)
    assert [row["detector"] for row in rows[:3]] == ["rough", "always", "never"]
    for row in rows:
        assert row["learnt_from"] == ["pgd"]
        assert row["count"] == (7 if row["kind"] == "other data" else 20)
        assert row["share"] == {"always": 1.0, "never": 0.0}.get(row["detector"], row["share"])
        assert row["interval_95"][0] <= row["share"] <= row["interval_95"][1]
        assert (row["answers_changed"] is None) == (row["kind"] == "other data")
    own = {(row["name"], row["size"], row["severity"]): row["share"] for row in rows if row["detector"] == "rough"}
    assert own["originals", None, None] < own["signs", 0.1, None] <= own["signs", 0.2, None] == 1.0
    assert rows[0]["answers_changed"] == 0
    first = seen(asked[0]).probabilities.argmax(dim=1)
    moved = [int((seen(each).probabilities.argmax(dim=1) != first).sum()) for each in asked[:-1]]
    assert [row["answers_changed"] for row in rows[::3][:-1]] == moved
    assert max(moved) > 0
    assert torch.equal(asked[0], IMAGES)
    assert torch.equal(asked[-1], others["letters"])


def test_what_is_tried_fits_the_images() -> None:
    kinds = [each.kind for each in harmless((1, 28, 28), 0.2)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"originals": 1, "noise": 6, "corruption": 15}
    assert {each.name for each in harmless((3, 32, 32), 0.1) if each.kind == "corruption"} == set(TRIED)
    assert not [each for each in harmless((2, 28, 28), 0.2) if each.kind == "corruption"]
    assert {each.size for each in harmless((1, 28, 28), 0.2) if each.kind == "noise"} == {0.1, 0.2}


def test_a_corruption_is_that_of_the_catalogue() -> None:
    found = made(Harmless("corruption", "brightness", severity=3), IMAGES, seed=5)
    wanted = Brightness()((IMAGES * 255).round().byte(), 3, seed=5)
    assert torch.equal(found, wanted.float() / 255)


def test_it_can_be_stopped_and_needs_images() -> None:
    with CancelScope() as scope:
        scope.stop()
        with pytest.raises(Cancelled):
            false_alarms(small(norm=False), [rough(0.1)], IMAGES, seen, strength=0.2)
    with pytest.raises(ValueError, match="no images"):
        false_alarms(small(norm=False), [rough(0.1)], IMAGES[:0], seen, strength=0.2)


@pytest.mark.parametrize("kind", NOISES)
def test_noise_has_its_size_and_an_images_draw_is_its_own(kind: str) -> None:
    grey = torch.full((40, 1, 12, 12), 0.5)
    change = noisy(grey, kind, 0.1, seed=1) - grey
    spread = {"uniform": 0.1 / 3**0.5, "signs": 0.1, "gaussian": 0.1}[kind]
    assert float(change.std()) == pytest.approx(spread, rel=0.05)
    assert float(change.mean()) == pytest.approx(0, abs=0.005)
    if kind != "gaussian":
        assert float(change.abs().max()) <= 0.1 + 1e-6
    assert not torch.equal(change[0], change[1])
    assert torch.equal(noisy(grey[7:9], kind, 0.1, seed=1, first=7), noisy(grey, kind, 0.1, seed=1)[7:9])
    assert not torch.equal(noisy(grey, kind, 0.1, seed=2), noisy(grey, kind, 0.1, seed=1))
    assert ((noisy(IMAGES, kind, 0.9) >= 0) & (noisy(IMAGES, kind, 0.9) <= 1)).all()


def test_noise_to_learn_is_of_both_kinds_and_one_kind_is_left_for_the_test() -> None:
    grey = torch.full((60, 1, 6, 6), 0.5)
    change = (noise_to_learn(grey, 0.2, seed=3) - grey).abs()
    signs = (change - 0.2).abs().amax(dim=(1, 2, 3)) < 1e-6
    assert 15 < int(signs.sum()) < 45
    assert float(change.max()) <= 0.2 + 1e-6
    assert set(NOISES) - set(LEARNT) == {"gaussian"}
    assert torch.equal(noise_to_learn(grey, 0.2, seed=3), noise_to_learn(grey, 0.2, seed=3))


def test_an_unknown_noise_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a noise among"):
        noisy(IMAGES, "pepper", 0.1)
