"""The area under the ROC curve against scikit-learn, its intervals against DeLong and against many repeated studies."""

import itertools
import math

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score, roc_curve
from torch import Tensor

from core.detection.scoring.roc import _bootstrap, area, auc, roc_points, separated


def drawn(count: int, shift: float, seed: int, step: float = 0.0) -> tuple[Tensor, Tensor]:
    """Normal scores of `count` originals and as many attacked images, on a grid of `step` if there are to be ties."""
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(2, count, generator=generator) + torch.tensor([[0.0], [shift]])
    scores = (scores / step).round() * step if step else scores
    return scores[0], scores[1]


def delong(first: Tensor, second: Tensor) -> float:
    """The standard error of the area for independent scores (DeLong, DeLong, Clarke-Pearson 1988), pair by pair."""
    won = (second[:, None] > first[None]).double() + 0.5 * (second[:, None] == first[None]).double()
    return math.sqrt(float(won.mean(dim=0).var() / len(first) + won.mean(dim=1).var() / len(second)))


@pytest.mark.parametrize("step", [0.0, 0.5, 2.0])
def test_the_area_and_the_curve_are_scikit_learns(step: float) -> None:
    first, second = drawn(80, 0.7, seed=1, step=step)
    second = second[:50]
    wanted, scores = [0] * 80 + [1] * 50, torch.cat([first, second]).tolist()
    assert area(first, second) == pytest.approx(roc_auc_score(wanted, scores), abs=1e-12)
    thresholds, alarms, found = roc_points(first, second)
    theirs = roc_curve(wanted, scores, drop_intermediate=False)
    np.testing.assert_allclose(alarms, theirs[0])
    np.testing.assert_allclose(found, theirs[1])
    np.testing.assert_allclose(thresholds, theirs[2])
    assert float(torch.trapezoid(found, alarms)) == pytest.approx(area(first, second))


def test_the_order_alone_counts_and_turning_it_turns_the_area() -> None:
    first, second = drawn(40, 1.0, seed=2, step=0.25)
    assert area(first.exp(), second.exp()) == area(first, second)
    assert area(-first, -second) == pytest.approx(1 - area(first, second))
    assert area(first, first) == 0.5


def test_the_interval_of_independent_scores_is_about_delongs() -> None:
    for seed in range(3):
        first, second = drawn(200, 1.0, seed)
        found = auc(first, second[:150], (torch.arange(200), 200 + torch.arange(150)), seed=seed)
        half = 1.96 * delong(first, second[:150])
        assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.15)
        assert found.value == area(first, second[:150])
        assert (found.originals, found.attacked) == (200, 150)


def test_several_versions_of_one_image_are_no_independent_images() -> None:
    """Ten copies of the attacked scores: as independent they would make the interval narrower, as versions not."""
    first, second = drawn(60, 1.0, seed=3)
    places = torch.arange(60)
    once = auc(first, second, (places, places))
    versions = auc(first, second.repeat(10), (places, places.repeat(10)))
    strangers = auc(first, second.repeat(10), (places, 60 + torch.arange(600)))
    assert versions.low == pytest.approx(once.low, abs=1e-9)
    assert versions.high == pytest.approx(once.high, abs=1e-9)
    assert strangers.high - strangers.low < 0.9 * (once.high - once.low)


def test_an_image_and_its_attacked_version_are_drawn_together() -> None:
    """The attacked version of each scores a little more than its original: paired draws vary less."""
    first, _ = drawn(100, 0.0, seed=4)
    second = first + 0.3
    places = torch.arange(100)
    paired, apart = auc(first, second), auc(first, second, (places, 100 + places))
    assert paired == auc(first, second, (places, places))
    assert paired.high - paired.low < 0.5 * (apart.high - apart.low)


def test_the_draws_are_those_of_all_samples_with_replacement() -> None:
    """Three sources, the third with two attacked versions, one of them in a tie: 27 draws, each as likely."""
    first, second = torch.tensor([0.0, 2.0, 4.0]), torch.tensor([1.0, 5.0, 3.0, 4.0])
    versions = [torch.tensor([0]), torch.tensor([1]), torch.tensor([2, 3])]
    every = []
    for picked in itertools.product(range(3), repeat=3):
        attacked = torch.cat([versions[source] for source in picked])
        every.append(area(first[list(picked)], second[attacked]))
    found = _bootstrap(first, second, torch.tensor([0, 1, 2, 0, 1, 2, 2]), 3, seed=0, repeats=20_000)
    wanted = torch.tensor(every, dtype=torch.float64)
    for value in torch.unique(wanted):
        assert float((found - value).abs().lt(1e-9).double().mean()) == pytest.approx(
            float((wanted == value).double().mean()), abs=0.015
        )


def test_the_same_seed_gives_the_same_interval() -> None:
    first, second = drawn(50, 1.0, seed=5)
    assert auc(first, second, seed=1) == auc(first, second, seed=1) != auc(first, second, seed=2)


def test_scores_that_do_not_overlap_have_an_interval_all_the_same() -> None:
    first, second = torch.arange(20.0), torch.arange(20.0) + 100
    found = auc(first, second)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == separated(20)
    assert 0.85 < found.low < 1
    turned = auc(second, first)
    assert (turned.value, turned.low) == (0.0, 0.0)
    assert turned.high == pytest.approx(1 - found.low)
    assert auc(first, second.repeat(5), (torch.arange(20), torch.arange(20).repeat(5))).low == found.low


def test_an_area_just_below_one_is_no_surer_than_one() -> None:
    first, second = torch.arange(200.0), torch.arange(200.0) + 500
    second[0] = 198.5
    found = auc(first, second)
    assert 0.9999 < found.value < 1
    assert found.low <= auc(first, second.clamp(min=500)).low == separated(200)
    turned = auc(second, first)
    assert turned.high >= 1 - separated(200)


def test_of_areas_at_the_lower_end_few_samples_do_not_overlap() -> None:
    """Were the true area the lower end for 30 images of each kind, no overlap would be seen in about 2.5 %, or less."""
    low = separated(30)
    shift = math.sqrt(2) * float(torch.special.ndtri(torch.tensor(low, dtype=torch.float64)))
    whole = sum(area(*drawn(30, shift, seed)) == 1.0 for seed in range(300))
    assert whole / 300 < 0.05


def test_what_is_no_score_is_refused() -> None:
    with pytest.raises(ValueError, match="needs scores"):
        area(torch.empty(0), torch.ones(2))
    with pytest.raises(ValueError, match="not finite"):
        auc(torch.tensor([math.nan]), torch.ones(2))
    with pytest.raises(ValueError, match="source image of each"):
        auc(torch.ones(3), torch.ones(2), (torch.arange(3), torch.arange(3)))
