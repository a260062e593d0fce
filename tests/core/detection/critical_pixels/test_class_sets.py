"""Critical pixels of each class: those of its images, and an overlap that is held against mixed groups."""

import json

import pytest
import torch

from core.detection.critical_pixels import class_sets as module
from core.detection.critical_pixels.class_sets import ClassSets, class_sets
from core.detection.critical_pixels.selection import Reading, Rule, critical_pixels
from core.detection.critical_pixels.stability import jaccard
from tests.core.detection.told import planted

RULE = Rule(1 / 6)


def found(own: float = 3.0, reading: Reading = "detection", classes: int = 3, each: int = 8) -> ClassSets:
    clean, attacked, labels = planted(classes, each, own)
    return class_sets(critical_pixels(reading, clean, attacked, RULE), clean, attacked, labels, RULE)


def test_each_class_has_the_pixels_of_its_images() -> None:
    sets = found()
    for label, each in sets.found.items():
        column = torch.zeros(6, 6, dtype=torch.bool)
        column[:, label] = True
        assert torch.equal(each.chosen, column)
        assert sets.images[label] == 8
    clean, attacked, _ = planted()
    whole = critical_pixels("detection", clean, attacked, RULE)
    assert sets.overlap[1] == float(jaccard(sets.found[1].chosen, whole.chosen))


def test_an_overlap_below_that_of_mixed_groups_is_the_classs() -> None:
    sets = found()
    mean = sum(sets.overlap.values()) / 3
    assert len(sets.mixed) == module.DRAWS
    assert mean < min(sets.mixed)
    alike = found(own=0.0)
    assert sum(alike.overlap.values()) / 3 >= min(alike.mixed)


def test_versions_of_one_original_stay_together_in_a_mixed_group() -> None:
    """The second half of the rows are further versions of the same originals: nothing may change through them."""
    clean, attacked, labels = planted()
    whole = critical_pixels("detection", clean, attacked, RULE)
    once = class_sets(whole, clean, attacked, labels, RULE, seed=3)
    twice = class_sets(
        whole, clean.repeat(2, 1, 1), attacked.repeat(2, 1, 1), labels, RULE,
        sources=torch.arange(len(labels)).repeat(2), seed=3,
    )  # fmt: skip
    assert twice.overlap == once.overlap
    assert twice.mixed == once.mixed
    assert twice.images == once.images, "images are originals, not versions"


def test_rare_classes_and_more_than_the_commonest_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    clean, attacked, _ = planted(4, 6)
    labels = torch.tensor([0] * 10 + [2] * 4 + [3] * 5 + [5] * 5)
    whole = critical_pixels("generation", clean, attacked, RULE)
    sets = class_sets(whole, clean, attacked, labels, RULE)
    assert (list(sets.found), sets.left_out) == ([0, 3, 5], [2])
    monkeypatch.setattr(module, "MOST", 2)
    sets = class_sets(whole, clean, attacked, labels, RULE)
    assert (list(sets.found), sets.left_out) == ([0, 3], [2, 5])


def test_what_is_told_is_json_by_the_names_of_classes() -> None:
    told = json.loads(json.dumps(found().told(["crane", "crane", "dog"])))
    assert list(told["per_class"]) == ["crane", "crane 2", "dog"]
    assert told["per_class"]["dog"] == {
        "images": 8, "count": 6, "overlap": told["per_class"]["dog"]["overlap"], "chosen": [2, 8, 14, 20, 26, 32],
    }  # fmt: skip
    assert told["left_out"] == []
    assert told["class_overlap"]["draws"] == 19
    assert told["class_overlap"]["mean"] < told["class_overlap"]["mixed_least"] <= told["class_overlap"]["mixed"]


@pytest.mark.parametrize(("classes", "each", "kept"), [(1, 8, 1), (6, 4, 0)])
def test_of_fewer_than_two_classes_no_overlap_is_told(classes: int, each: int, kept: int) -> None:
    sets = found(classes=classes, each=each)
    told = sets.told([str(label) for label in range(classes)])
    assert len(told["per_class"]) == kept
    assert told["class_overlap"] is None
    assert sets.mixed == []


def test_rows_without_an_original_are_refused() -> None:
    clean, attacked, labels = planted()
    whole = critical_pixels("detection", clean, attacked, RULE)
    with pytest.raises(ValueError, match="original of 24 rows"):
        class_sets(whole, clean, attacked, labels[:5], RULE)
