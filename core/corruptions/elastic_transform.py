"""A picture stretched here and squeezed there (Hendrycks, Dietterich 2019, after Simard, Steinkraus, Platt 2003)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.corruption import CITE, Corruption, Draws
from core.corruptions._bilinear import between
from core.corruptions._drawn import uniform

OF_224 = 244 / 224  # the authors' constants for pictures of 224 pixels count in 244ths of it


@dataclass(frozen=True)
class ElasticTransform(Corruption):
    """An affine map, and then smooth displacements, both drawn; constants in parts of the shorter side.

    The affine map takes three corners of a square in the middle to places up to `affine` away in each direction. Each
    pixel is then read `alpha` times a uniform number from -1 to 1, blurred with `sigma`, away, downwards and sideways.
    """

    key = "elastic_transform"
    title = "Elastic transform"
    plain = "The picture is stretched in some places and squeezed in others."
    cite = CITE
    group = "digital"
    small = ((0, 0, 0.08), (0.05, 0.2, 0.07), (0.08, 0.06, 0.06), (0.1, 0.04, 0.05), (0.1, 0.03, 0.03))
    large = tuple(  # alpha, sigma, affine
        tuple(OF_224 * part for part in parts)
        for parts in ((2, 0.7, 0.1), (2, 0.08, 0.2), (0.05, 0.01, 0.02), (0.07, 0.01, 0.02), (0.12, 0.01, 0.02))
    )

    def run(self, images: Tensor, setting: tuple[float, float, float], draws: Draws) -> Tensor:
        from scipy.ndimage import gaussian_filter

        height, width = images.shape[2:]
        alpha, sigma, affine = (min(height, width) * part for part in setting)
        rows, columns = places(height, width, uniform(draws, 3, 2, low=-affine, high=affine))
        moved = between(images.double(), rows, columns, twice=False)
        drawn = uniform(draws, 2, height, width, low=-1, high=1).numpy()
        smooth = gaussian_filter(drawn, (0, 0, sigma, sigma), mode="reflect", truncate=3.0)
        right, down = (alpha * torch.from_numpy(smooth)).unbind(dim=1)
        rows = torch.arange(height)[:, None] + down
        return between(moved, rows, torch.arange(width) + right, twice=True)


def places(height: int, width: int, moves: Tensor) -> tuple[Tensor, Tensor]:
    """Where each pixel comes from, rows and columns (N, height, width), when moves (N, 3, 2), right and down, are made.

    The three corners lie a third of the shorter side from the middle, below on the right, above on the right, above on
    the left. All moved by 1 to the right: each pixel comes from 1 to the left.

    >>> rows, columns = places(3, 3, torch.tensor([[[1.0, 0.0]] * 3], dtype=torch.float64))
    >>> columns[0, 0].round().tolist(), rows[0, :, 0].round().tolist()
    ([-1.0, 0.0, 1.0], [0.0, 1.0, 2.0])
    """
    away = max(min(height, width) // 3, 1)
    corners = torch.tensor([[away, away], [away, -away], [-away, -away]]) + torch.tensor([width // 2, height // 2])
    here = corners.double() + moves
    back = torch.linalg.solve(torch.cat([here, torch.ones_like(here[..., :1])], dim=2), corners.double())  # (N, 3, 2)
    line, column = torch.arange(height)[:, None].double(), torch.arange(width).double()
    right, down, shift = (back[:, index, :, None, None] for index in range(3))
    found = right * column + down * line + shift  # (N, 2, height, width)
    return found[:, 1], found[:, 0]


CORRUPTIONS: tuple[type[Corruption], ...] = (ElasticTransform,)
