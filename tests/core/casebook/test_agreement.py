"""Kappas against scikit-learn, a published example and brute force; overlaps against counting."""

import itertools
import random

import numpy as np
import pytest
import torch
from sklearn.metrics import cohen_kappa_score

from core.casebook.agreement import cohen_kappa, fleiss_kappa
from core.casebook.overlap import iou_by_chance, overlaps

FLEISS_1971 = [  # the example of the paper as it is told everywhere: 10 subjects, 14 raters, 5 categories; kappa 0.210
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1], [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_cohens_kappa_is_scikit_learns(seed: int) -> None:
    rng = random.Random(seed)
    first = [rng.choice(["agree", "disagree", "unsure"]) for _ in range(40)]
    second = [each if rng.random() < 0.6 else rng.choice(["agree", "disagree"]) for each in first]
    found = cohen_kappa(first, second)
    assert found.value == pytest.approx(cohen_kappa_score(first, second))
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high


def test_fleiss_kappa_of_the_published_example() -> None:
    found = fleiss_kappa(FLEISS_1971)
    assert found.value == pytest.approx(0.210, abs=0.0005)
    assert found.count == 10


def test_fleiss_kappa_counts_pairs_of_experts_by_brute_force() -> None:
    said = [["a", "a", "b"], ["b", "b"], ["a", "c", "c", "c"], ["a"]]
    table = [[row.count(kind) for kind in "abc"] for row in said]
    some = said[:3]
    alike = np.mean([np.mean([x == y for x, y in itertools.combinations(row, 2)]) for row in some])
    every = [each for row in some for each in row]
    chance = sum((every.count(kind) / len(every)) ** 2 for kind in "abc")
    found = fleiss_kappa(table)
    assert found.value == pytest.approx((alike - chance) / (1 - chance))
    assert (found.count, found.low) == (3, None)


def test_where_nothing_can_be_told() -> None:
    assert cohen_kappa([], []).value is None
    assert cohen_kappa(["a"] * 9, ["a"] * 9).value is None
    assert fleiss_kappa([]).value is None
    assert fleiss_kappa([[1, 0], [0, 1]]).count == 0
    assert fleiss_kappa([[3, 0], [2, 0]]).value is None
    with pytest.raises(ValueError, match="same cases"):
        cohen_kappa(["a"], [])
    with pytest.raises(ValueError, match="table"):
        fleiss_kappa([[1, -1]])


def test_overlap_by_counting() -> None:
    values = torch.randn(7, 9, generator=torch.Generator().manual_seed(0))
    region = torch.zeros(7, 9, dtype=torch.bool)
    region[2:5, 3:8] = True
    found = overlaps(values, region)
    cells = [(float(values[row, column]), bool(region[row, column])) for row in range(7) for column in range(9)]
    positive = [(value, inside) for value, inside in cells if value > 0]
    assert found.inside == pytest.approx(sum(v for v, hit in positive if hit) / sum(v for v, _ in positive))
    assert found.area == 15 / 63
    top = sorted(cells, reverse=True)[:15]
    both = sum(hit for _, hit in top)
    assert found.iou == pytest.approx(both / (30 - both))
    assert found.pointing is top[0][1]


def test_iou_of_random_sets_by_drawing() -> None:
    rng, found = np.random.default_rng(0), []
    for _ in range(20_000):
        both = np.intersect1d(np.arange(12), rng.permutation(40)[:12]).size
        found.append(both / (24 - both))
    assert iou_by_chance(12, 40) == pytest.approx(np.mean(found), abs=0.003)
    assert iou_by_chance(9, 9) == 1


def test_maps_that_point_nowhere() -> None:
    region = torch.tensor([[True, False]])
    assert overlaps(torch.zeros(1, 2), region).inside is None
    assert overlaps(torch.ones(1, 2), region).pointing is None
    assert overlaps(torch.tensor([[-1.0, -2.0]]), region).inside is None
    assert overlaps(torch.tensor([[1.0, 2.0]]), torch.zeros(1, 2).bool()).iou is None
    with pytest.raises(ValueError, match="one size"):
        overlaps(torch.zeros(2, 2), region)
    with pytest.raises(ValueError, match="finite"):
        overlaps(torch.tensor([[1.0, float("nan")]]), region)
