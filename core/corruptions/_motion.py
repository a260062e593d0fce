"""Blur along a line, as ImageMagick's -motion-blur, which the authors of CIFAR-10-C call, computes it."""

import math

import torch
from torch import Tensor

from core.base import cancellation
from core.contracts.corruption import ROUNDING


def along(levels: Tensor, radius: int, sigma: float, angles: Tensor) -> Tensor:
    """levels (N, C, H, W) from 0 to 255 blurred along angles (N,) in degrees; cut off to whole levels, as there.

    2 radius + 1 pixels on one side of each, the i-th away by i pixels in the direction (cos, sin) of the angle, to the
    nearest whole pixel, with weights exp(-i^2 / 2 sigma^2) that sum to 1; beyond an edge lies the edge's own pixel.
    At angle 0 a pixel takes from those on its right. With sigma 1 and radius 1 the weights are in proportion to
    1 : 0.6065 : 0.1353, that is 0.5741, 0.3482, 0.0777:

    >>> row = torch.tensor([[[[0.0, 100.0, 0.0, 0.0]]]])
    >>> along(row, 1, 1.0, torch.tensor([0.0])).tolist()
    [[[[34.0, 57.0, 0.0, 0.0]]]]
    """
    taps = torch.arange(2 * radius + 1, dtype=torch.float64)
    bell = torch.exp(-(taps**2) / (2 * sigma**2))
    weights: list[float] = (bell / bell.sum()).tolist()
    turn = angles.double() * (math.pi / 180)
    down = torch.ceil(taps * turn.sin()[:, None] - 0.5).long()  # (N, taps)
    right = torch.ceil(taps * turn.cos()[:, None] - 0.5).long()
    height, width = levels.shape[2:]
    image = torch.arange(len(levels))[:, None, None, None]
    channel = torch.arange(levels.shape[1])[None, :, None, None]
    total = torch.zeros(levels.shape, dtype=torch.float64)
    for tap, weight in enumerate(weights):
        cancellation.check()
        rows = (torch.arange(height) + down[:, tap, None]).clamp(0, height - 1)
        columns = (torch.arange(width) + right[:, tap, None]).clamp(0, width - 1)
        total += weight * levels[image, channel, rows[:, None, :, None], columns[:, None, None, :]]
    return torch.floor(total + ROUNDING)
