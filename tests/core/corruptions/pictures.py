"""Pictures made by whole numbers, with edges, slopes and fine grain."""

import torch
from torch import Tensor


def made(count: int, side: int, channels: int = 3, width: int | None = None) -> Tensor:
    """uint8 (count, channels, side, width), no two alike, always the same."""
    number, channel, row, column = torch.meshgrid(
        *(torch.arange(each) for each in (count, channels, side, width or side)), indexing="ij"
    )
    slope = 255 * row * (column + 1) // (side * (width or side))
    edges = 60 * ((row // 6 + column // 9 + number) % 2) + 20 * channel
    return ((slope + edges + (row * 7 + column * 13 + number * 5) % 11) % 256).to(torch.uint8)
