"""Differences on the same images against the bootstrap."""

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
