"""What corruptions draw, for each image from its own generator, stacked to a batch; in double precision."""

import torch
from torch import Tensor

from core.contracts.corruption import Draws


def normal(draws: Draws, *shape: int) -> Tensor:
    """Standard normal numbers (N, *shape)."""
    return torch.stack([torch.randn(shape, generator=each, dtype=torch.float64) for each in draws])


def uniform(draws: Draws, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
    """Numbers (N, *shape), uniform from `low` to `high`."""
    drawn = torch.stack([torch.rand(shape, generator=each, dtype=torch.float64) for each in draws])
    return low + (high - low) * drawn


def whole(draws: Draws, low: int, high: int, *shape: int) -> Tensor:
    """Whole numbers (N, *shape), int64, from `low` to `high` - 1, all alike probable."""
    return torch.stack([torch.randint(low, high, shape, generator=each) for each in draws])
