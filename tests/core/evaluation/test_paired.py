"""Differences on the same images against the bootstrap."""

import math

import pytest
import torch

from core.evaluation.paired import newcombe_difference, paired_means


def test_paired_accuracies_against_the_bootstrap() -> None:
    generator = torch.Generator().manual_seed(0)
    hard = torch.rand(1000, generator=generator)
    a = hard + 0.15 * torch.randn(1000, generator=generator) < 0.45
    b = hard + 0.15 * torch.randn(1000, generator=generator) < 0.40
    found, turned = newcombe_difference(a.tolist(), b.tolist()), newcombe_difference(b.tolist(), a.tolist())
    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))
    each = a.float() - b.float()
    drawn = each[torch.randint(0, 1000, (4000, 1000), generator=generator)].mean(dim=1)
    low, high = drawn.quantile(torch.tensor([0.025, 0.975])).tolist()
    assert found.value == pytest.approx(each.mean().item(), abs=1e-6)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.004)
    apart = a[torch.randperm(1000, generator=generator)]
    unpaired = newcombe_difference(apart.tolist(), b.tolist())
    assert unpaired.high - unpaired.low > 1.2 * (found.high - found.low), "pairs make it narrower"


def test_paired_needs_pairs() -> None:
    with pytest.raises(ValueError, match="same images"):
        newcombe_difference([True], [True, False])
    with pytest.raises(ValueError, match="same images"):
        paired_means([1.0], [])
    same = newcombe_difference([True] * 50, [True] * 50)
    assert (same.value, same.low <= 0 <= same.high) == (0, True)


def test_a_positive_correlation_of_the_pairs_is_corrected_for_continuity() -> None:
    """Newcombe 1998, method 10, written out: 10 pairs right twice, 2 and 1 right once, 7 wrong twice, of 20."""

    def wilson(hits: int) -> tuple[float, float]:
        z, n = 1.959964, 20
        half = z * math.sqrt(z * z + 4 * hits * (n - hits) / n)
        return (2 * hits + z * z - half) / (2 * (n + z * z)), (2 * hits + z * z + half) / (2 * (n + z * z))

    (low_a, high_a), (low_b, high_b) = wilson(12), wilson(11)
    phi = (10 * 7 - 2 * 1 - 20 / 2) / math.sqrt(12 * 8 * 11 * 9)
    down, up = 12 / 20 - low_a, high_b - 11 / 20
    below = math.sqrt(down**2 - 2 * phi * down * up + up**2)
    more, less = high_a - 12 / 20, 11 / 20 - low_b
    above = math.sqrt(more**2 - 2 * phi * more * less + less**2)
    found = newcombe_difference([True] * 12 + [False] * 8, [True] * 10 + [False] * 2 + [True] + [False] * 7)
    assert found.value == pytest.approx(0.05)
    assert (found.low, found.high) == pytest.approx((0.05 - below, 0.05 + above), abs=1e-6)
