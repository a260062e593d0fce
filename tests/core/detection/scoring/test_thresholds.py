"""Thresholds set on calibration images: by search, by hand, and what they promise."""

import pytest
import torch

from core.detection.scoring.thresholds import alarms, at_false_alarm_rate, balanced_accuracy, balanced_threshold
from tests.toys import draw


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.1, 0.29, 0.5, 0.99])
@pytest.mark.parametrize("count", [1, 7, 100])
def test_it_is_the_smallest_score_above_which_few_enough_lie(rate: float, count: int) -> None:
    scores = (draw(count, seed=count) * 20).round() / 20  # with ties
    found = at_false_alarm_rate(scores, rate)
    allowed = {0.0: 0, 0.05: 5, 0.1: 10, 0.29: 29, 0.5: 50, 0.99: 99}[rate] if count == 100 else int(rate * count)
    enough = [value for value in scores.double().tolist() if int((scores.double() > value).sum()) <= allowed]
    assert found.value == min(enough)
    assert found.above == int((scores.double() > found.value).sum()) <= allowed
    assert found.guarantee == (allowed + 1) / (count + 1)


def test_what_it_promises_holds_over_many_draws() -> None:
    """Of 19 originals none may lie above at 5 %: a further one does in one of twenty draws."""
    trials = 4000
    scores = torch.randn(trials, 20, generator=torch.Generator().manual_seed(0))
    hits = sum(float(row[19]) > at_false_alarm_rate(row[:19], 0.05).value for row in scores)
    assert at_false_alarm_rate(scores[0, :19], 0.05).guarantee == 0.05
    assert hits / trials == pytest.approx(0.05, abs=0.01)


def test_scores_that_are_all_alike_raise_no_alarm() -> None:
    scores = torch.full((10,), 0.3)
    found = at_false_alarm_rate(scores, 0.5)
    assert found.above == 0
    assert alarms(scores, found.value).hits == 0


@pytest.mark.parametrize("seed", range(6))
def test_the_balanced_threshold_is_the_best_of_all(seed: int) -> None:
    first = (draw(30, seed=seed) * 8).round()
    second = (draw(13, seed=seed + 100) * 8).round() + seed % 4
    found = balanced_threshold(first, second)
    everywhere = [balanced_accuracy(first, second, cut) for cut in torch.arange(-2, 14, 0.25).tolist()]
    assert balanced_accuracy(first, second, found) == pytest.approx(max(everywhere))


def test_two_kinds_apart_are_parted_in_the_middle_and_two_alike_by_no_alarm() -> None:
    assert balanced_threshold(torch.tensor([0.0, 1.0]), torch.tensor([3.0, 9.0])) == 2.0
    same = torch.tensor([1.0, 2.0])
    assert alarms(same, balanced_threshold(same, same)).hits == 0


def test_the_kinds_count_alike_in_balanced_accuracy() -> None:
    first, second = torch.tensor([1.0, 3.0]), torch.tensor([2.0])
    assert balanced_accuracy(first, second, 1.5) == 0.75
    assert balanced_accuracy(first, second.repeat(100), 1.5) == 0.75


def test_what_makes_no_sense_is_refused() -> None:
    for wrong in (-0.1, 1.0, float("nan")):
        with pytest.raises(ValueError, match="false-alarm rate"):
            at_false_alarm_rate(torch.ones(3), wrong)
    with pytest.raises(ValueError, match="calibration originals"):
        at_false_alarm_rate(torch.empty(0), 0.1)
    with pytest.raises(ValueError, match="not finite"):
        at_false_alarm_rate(torch.tensor([float("inf")]), 0.1)
    with pytest.raises(ValueError, match="balanced threshold"):
        balanced_threshold(torch.ones(1), torch.empty(0))
    with pytest.raises(ValueError, match="no images"):
        alarms(torch.empty(0), 0.0)
