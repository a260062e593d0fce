"""The parts of images: which numbers are in use, which of them are chosen, and the pixels of those."""

import torch
from torch import Tensor


def in_use(parts: Tensor) -> Tensor:
    """(N, S) bool: which part numbers each image of `parts` (N, H, W) has."""
    count = int(parts.max()) + 1
    return torch.arange(count, device=parts.device) <= parts.flatten(1).amax(dim=1)[:, None]


def largest(values: Tensor, used: Tensor, area: float) -> Tensor:
    """(N, S) bool: the share `area` of each row's used parts with the largest values; of several at least one, not all.

    >>> largest(torch.tensor([[0.1, 0.9, 0.5, 0.7]]), torch.ones(1, 4).bool(), 0.5).tolist()
    [[False, True, False, True]]
    """
    count = used.sum(dim=1)
    wanted = torch.where(count > 1, (area * count).round().clamp_min(1).minimum(count - 1), 0)
    order = values.masked_fill(~used, -torch.inf).argsort(dim=1, descending=True, stable=True)
    place = torch.empty_like(order).scatter_(
        1, order, torch.arange(values.shape[1], device=order.device).expand_as(order)
    )
    return (place < wanted[:, None]) & used


def painted(chosen: Tensor, parts: Tensor) -> Tensor:
    """The pixels (N, H, W) of the chosen parts (N, S)."""
    return chosen.gather(1, parts.flatten(1)).view_as(parts)
