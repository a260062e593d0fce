"""How far the centre of a map moved across the picture."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.map_distance import MapDistance


@dataclass(frozen=True)
class CentreOfMass(MapDistance):
    """Distance between the centres of mass of |map|, in percent of the diagonal from first to last pixel; 0 to 100.

    A map of zeros has its centre in the middle of the picture. From the first pixel of a 4 x 5 picture (diagonal
    sqrt(3^2 + 4^2) = 5) to the fourth of the first row is 3, or 60 %:

    >>> before, after = torch.zeros(1, 4, 5), torch.zeros(1, 4, 5)
    >>> before[0, 0, 0], after[0, 0, 3] = -2.0, 0.1
    >>> CentreOfMass()(before, after).tolist()
    [60.0...]
    """

    key = "centre_of_mass"
    title = "Shift of the centre"
    plain = "How far the middle of what the map marks moved, in percent of the picture's diagonal."
    cite = "the first moment of the map's absolute values"
    same = 0.0
    moved = "higher"
    unit = "% of diagonal"
    digits = 1

    def __call__(self, before: Tensor, after: Tensor) -> Tensor:
        height, width = before.shape[1:]
        diagonal = math.hypot(height - 1, width - 1)
        distance = (centre(before) - centre(after)).square().sum(dim=1).sqrt()
        return (100 * distance / max(diagonal, 1.0)).float()


def centre(maps: Tensor) -> Tensor:
    """(N, H, W) -> (N, 2): row and column of the centre of mass of the absolute values, in pixels from the first."""
    mass = maps.detach().abs().double()
    total = mass.sum(dim=(1, 2))
    mass = torch.where(total.view(-1, 1, 1) > 0, mass, torch.ones_like(mass))
    total = mass.sum(dim=(1, 2))
    rows, columns = (torch.arange(size, device=mass.device, dtype=mass.dtype) for size in mass.shape[1:])
    down, across = (mass.sum(dim=2) * rows).sum(dim=1), (mass.sum(dim=1) * columns).sum(dim=1)
    return torch.stack([down / total, across / total], dim=1)


MAP_DISTANCES: tuple[type[MapDistance], ...] = (CentreOfMass,)
