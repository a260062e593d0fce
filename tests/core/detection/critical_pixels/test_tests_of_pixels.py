"""The tests of critical pixels against scipy and brute force, and what they say where there is nothing to find."""

import json
import math
import warnings
from dataclasses import astuple
from itertools import combinations

import numpy as np
import pytest
import torch
from scipy.stats import permutation_test, ttest_ind
from torch import Tensor

from core.base.cancellation import Cancelled, CancelScope
from core.detection.critical_pixels.comparison import compared
from core.detection.critical_pixels.selection import Rule, critical_pixels, importance
from core.detection.critical_pixels.tests_of_pixels import critical_pixel_tests

SHAPE = (8, 9)


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def planted(strength: float = 1.0) -> tuple[Tensor, Tensor]:
    """Values with a wider, higher patch, and the patch."""
    chosen = torch.zeros(SHAPE, dtype=torch.bool)
    chosen[2:5, 3:6] = True
    return normal(*SHAPE) * (1 + 2 * chosen) + strength * chosen, chosen


def test_welch_is_scipys_and_that_of_unequal_variances() -> None:
    values, chosen = planted()
    found = compared(values, chosen, permutations=9)
    a, b = values[chosen].numpy(), values[~chosen].numpy()
    welch = ttest_ind(a, b, equal_var=False)
    assert (found.t, found.df, found.p) == pytest.approx((welch.statistic, welch.df, welch.pvalue))
    by_hand = (a.mean() - b.mean()) / math.sqrt(a.var(ddof=1) / 9 + b.var(ddof=1) / 63)
    assert found.t == pytest.approx(by_hand)
    assert (found.critical, found.others, found.mean_critical) == (9, 63, pytest.approx(a.mean()))


def test_effect_sizes_by_their_definitions() -> None:
    values, chosen = planted()
    found = compared(values, chosen, permutations=9)
    a, b = values[chosen].numpy(), values[~chosen].numpy()
    pooled = math.sqrt((8 * a.var(ddof=1) + 62 * b.var(ddof=1)) / 70)
    assert found.d == pytest.approx((a.mean() - b.mean()) / pooled)
    assert found.d is not None
    assert found.g == pytest.approx(found.d * (1 - 3 / (4 * 70 - 1)), rel=1e-4), "the usual approximation"
    assert found.g is not None
    error = math.sqrt(72 / (9 * 63) + found.g**2 / (2 * 72))
    assert (found.g_low, found.g_high) == pytest.approx((found.g - 1.959964 * error, found.g + 1.959964 * error))
    turned = compared(-values, chosen, permutations=9)
    assert turned.d == pytest.approx(-found.d)


def test_the_interval_of_g_covers_a_planted_effect() -> None:
    _, chosen = planted()
    inside = 0
    for seed in range(300):
        found = compared(normal(*SHAPE, seed=seed) + 0.8 * chosen, chosen, permutations=1)
        assert found.g_low is not None
        assert found.g_high is not None
        inside += found.g_low <= 0.8 <= found.g_high
    assert 0.91 <= inside / 300 <= 0.98


def test_permuted_against_scipy_and_shifted_against_rolling() -> None:
    for strength in (-1.5, 0.0, 1.0):
        values, chosen = planted(strength)
        chosen[6, 1:4] = True  # no patch that is its own mirror image
        found = compared(values, chosen, permutations=4000, seed=1)
        a, b = values[chosen].numpy(), values[~chosen].numpy()
        theirs = permutation_test(
            (a, b), lambda x, y, axis: abs(x.mean(axis) - y.mean(axis)), vectorized=True, alternative="greater",
            n_resamples=4000, rng=np.random.default_rng(2),
        )  # fmt: skip
        assert found.p_permuted == pytest.approx(theirs.pvalue, abs=0.04)
        every = []
        for down in range(SHAPE[0]):
            for right in range(SHAPE[1]):
                moved = chosen.roll((down, right), dims=(0, 1))
                every.append(abs(float(values[moved].mean() - values[~moved].mean())))
        assert found.p_shifted == pytest.approx(sum(each >= every[0] - 1e-9 for each in every) / 72)


def test_random_sets_are_drawn_without_putting_back() -> None:
    values, chosen = normal(1, 8, seed=3), torch.arange(8)[None] < 4
    values += 0.8 * chosen
    each = [abs(values[0, list(four)].mean() - (values.sum() - values[0, list(four)].sum()) / 4)
            for four in combinations(range(8), 4)]  # fmt: skip
    exact = sum(float(one) >= float(each[0]) - 1e-9 for one in each) / len(each)
    assert 0.05 < exact < 0.4
    assert compared(values, chosen, permutations=10_000).p_permuted == pytest.approx(exact, abs=0.015)


def test_the_smallest_p_counts_the_set_itself() -> None:
    values, chosen = planted(100.0)
    found = compared(values, chosen, permutations=199)
    assert found.p_permuted == 1 / 200
    assert found.p_shifted == pytest.approx(1 / 72)


def test_more_critical_pixels_than_others_is_the_same_from_the_other_side() -> None:
    values, chosen = planted()
    one, two = (compared(values, each, permutations=500) for each in (chosen, ~chosen))
    assert one.p_permuted == two.p_permuted
    assert one.p_shifted == pytest.approx(two.p_shifted)
    assert one.t is not None
    assert two.t == pytest.approx(-one.t)


def test_neighbours_that_are_alike_deceive_all_but_the_shifts() -> None:
    """Smooth fields without any effect, tested on one patch: t and label permutations are far too often sure."""
    chosen = torch.zeros(16, 16, dtype=torch.bool)
    chosen[:4, :4] = True
    low = {"p": 0, "p_permuted": 0, "p_shifted": 0}
    for seed in range(100):
        values = sum(normal(16, 16, seed=seed).roll((a, b), (0, 1)) for a in range(4) for b in range(4))
        found = compared(torch.as_tensor(values), chosen, permutations=99)
        for name in low:
            low[name] += getattr(found, name) <= 0.05
    assert low["p"] > 30
    assert low["p_permuted"] > 30
    assert low["p_shifted"] <= 11


def test_choosing_and_testing_on_the_same_noise_is_significant_and_on_new_noise_not() -> None:
    nothing = torch.zeros(30, 12, 12)
    found = critical_pixels("detection", nothing, normal(30, 12, 12, seed=1), Rule(0.1))
    tests = critical_pixel_tests(found, nothing, normal(30, 12, 12, seed=2), permutations=500)
    assert tests.held_out is not None
    assert tests.same.p is not None
    assert tests.held_out.p is not None
    assert tests.same.p < 1e-6 < 0.05 < tests.held_out.p
    image = tests.by_image["attacked"]
    assert image.low < 0 < image.high


def test_noise_stands_in_the_attacks_place_and_what_is_beyond_it_is_told() -> None:
    clean, shape = normal(30, 12, 12), torch.zeros(12, 12)
    shape[3:6, 3:6] = 1
    attacked, noise = (clean + normal(30, 12, 12, seed=seed) * (1 + 4 * shape) for seed in (1, 2))
    found = critical_pixels("detection", clean, attacked, Rule(9 / 144))
    tests = critical_pixel_tests(found, clean, attacked, noise, permutations=200)
    assert tests.noise == compared(importance("detection", clean, noise), found.chosen, permutations=200)
    assert tests.held_out == tests.same
    assert tests.noise is not None
    assert tests.excess is not None
    assert tests.noise.d is not None
    assert tests.excess.p is not None
    assert tests.noise.d > 3, "noise moves these pixels as well"
    assert tests.excess.p > 0.05, "and the attack no more than noise"
    one = (attacked - clean).abs()[:, found.chosen].mean(dim=1) - (attacked - clean).abs()[:, ~found.chosen].mean(dim=1)
    assert tests.by_image["attacked"].value == pytest.approx(float(one.mean()))
    assert tests.by_image["excess"].value == pytest.approx(
        tests.by_image["attacked"].value - tests.by_image["noise"].value
    )
    json.dumps(tests.told(), allow_nan=False)


def test_the_reading_of_generation_looks_at_attacked_images_alone() -> None:
    clean, attacked = normal(10, 6, 6), normal(10, 6, 6, seed=1)
    found = critical_pixels("generation", clean, attacked)
    tests = critical_pixel_tests(found, clean + 7, attacked, permutations=50)
    assert tests.held_out == tests.same


@pytest.mark.parametrize(
    "values", [torch.zeros(3, 4), torch.full((3, 5), 0.1, dtype=torch.double), torch.eye(3, 4), torch.ones(1, 1)]
)
@pytest.mark.parametrize("count", [0, 1, 3, 11, 12, 15])
def test_there_is_a_number_or_none(values: Tensor, count: int) -> None:
    chosen = (torch.arange(values.numel()) < count).view(values.shape)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compared(values, chosen, permutations=20)
    assert all(each is None or math.isfinite(each) for each in astuple(found))
    if values.numel() > 1 and values.max() == values.min() and 0 < count < values.numel():
        assert (found.t, found.d, found.p_permuted, found.p_shifted) == (None, None, 1, 1)


def test_two_levels_without_spread_have_no_t() -> None:
    chosen = torch.tensor([[True, True, False, False, False]])
    found = compared(chosen.float(), chosen, permutations=20)
    assert (found.t, found.p, found.d, found.g, found.mean_critical) == (None, None, None, None, 1)
    assert critical_pixel_tests(
        critical_pixels("detection", torch.zeros(1, 2, 2), torch.ones(1, 2, 2)), permutations=5
    ).told()["by_image"] == {}  # fmt: skip


def test_shapes_are_looked_at_and_it_can_be_stopped() -> None:
    values, chosen = planted()
    with pytest.raises(ValueError, match="maps"):
        compared(values, chosen[:3])
    seen: list[tuple[int, int]] = []
    compared(values, chosen, permutations=600, on_done=lambda *each: seen.append(each))
    assert seen == [(500, 600), (600, 600)]
    with CancelScope() as scope, pytest.raises(Cancelled):
        scope.stop()
        compared(values, chosen, permutations=600)
