"""How far one arm is ahead: against scipy, and by simulation that the intervals cover what they are to cover."""

import math

import pytest
import torch
from scipy import stats

from core.trials.differences import ahead, over_seeds


def test_intervals_against_scipy() -> None:
    draws = torch.Generator().manual_seed(0)
    one, other = (torch.rand(4, 50, generator=draws).double() for _ in range(2))
    found = ahead(one.tolist(), other.tolist())
    by_image = (one - other).mean(dim=0).numpy()
    assert found.value == pytest.approx(float(by_image.mean()))
    half = 1.959964 * by_image.std(ddof=1) / math.sqrt(50)
    assert found.images == pytest.approx((found.value - half, found.value + half))
    by_seed = (one - other).mean(dim=1).numpy()
    low, high = stats.ttest_1samp(by_seed, 0).confidence_interval(0.95)
    assert found.seeds == pytest.approx((low, high))
    assert over_seeds(by_seed.tolist()) == pytest.approx((low, high))
    error = math.hypot(by_seed.std(ddof=1) / 2, by_image.std(ddof=1) / math.sqrt(50))
    assert found.both[1] - found.both[0] == pytest.approx(2 * stats.t.ppf(0.975, 3) * error)


def test_networks_trained_anew_on_other_images_lie_in_the_interval() -> None:
    """Seeds, images and their meeting each add noise; the truth is 0.03."""
    draws = torch.Generator().manual_seed(1)
    inside, narrow, times = 0, 0, 400
    for _ in range(times):
        seeds = 0.03 + 0.02 * torch.randn(3, 1, generator=draws)
        images = 0.15 * torch.randn(1, 60, generator=draws)
        gaps = (seeds + images + 0.1 * torch.randn(3, 60, generator=draws)).double()
        found = ahead(gaps.tolist(), torch.zeros(3, 60).tolist())
        assert found.seeds is not None
        inside += found.both[0] <= 0.03 <= found.both[1]
        narrow += found.images[0] <= 0.03 <= found.images[1]
    assert inside / times >= 0.95
    assert narrow / times < inside / times  # the images alone know nothing of other seeds


def test_what_is_shown_takes_seeds() -> None:
    better, worse = [[1.0, 1.0, 1.0, 0.0]] * 3, [[0.0, 0.0, 0.0, 0.0]] * 3
    sure = ahead([[1.0] * 40] * 3, [[0.0] * 40] * 3)
    assert (sure.sign, ahead([[0.0] * 40] * 3, [[1.0] * 40] * 3).sign) == (1, -1)
    assert ahead(better[:1], worse[:1]).sign == 0  # a single seed
    assert ahead(better[:1], worse[:1]).seeds is None
    assert ahead(better, better).sign == 0


def test_other_images_or_seeds_are_refused() -> None:
    for one, other in (([[1.0, 0.0]], [[1.0]]), ([[1.0, 0.0]], [[1.0, 0.0]] * 2), ([], [])):
        with pytest.raises(ValueError, match="as many seeds"):
            ahead(one, other)
