"""A picture behind frosted glass (Hendrycks, Dietterich 2019)."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.base import cancellation
from core.contracts.corruption import CITE, ROUNDING, Corruption, Draws
from core.corruptions._drawn import whole


@dataclass(frozen=True)
class GlassBlur(Corruption):
    """Blurred, its pixels taken from near by, and blurred again.

    From the last row and column to the first, each pixel away from the edge becomes the one at a distance from -d to
    d - 1 in either direction, as it is by then. The paper says that the two change places; in the authors' code, with
    which the published files were made, the second keeps its colour, and so it does here.
    """

    key = "glass_blur"
    title = "Glass blur"
    plain = "Pixels change places with near ones, as behind frosted glass."
    cite = CITE
    group = "blur"
    small = ((0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2))  # sigma of the blur, d, how often
    large = ((0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2))

    def run(self, images: Tensor, setting: tuple[float, int, int], draws: Draws) -> Tensor:
        sigma, reach, times = setting
        blurred = blur(images.double(), sigma)
        levels = (blurred + ROUNDING).clamp(0, 255).floor()
        source = sources(images.shape[2], images.shape[3], reach, times, draws)
        index = source.T[:, None].expand(-1, images.shape[1], -1)
        return blur(levels.flatten(2).gather(2, index).reshape(images.shape), sigma)


def blur(images: Tensor, sigma: float) -> Tensor:
    """images (N, C, H, W) blurred by a Gaussian, to 4 sigma; beyond an edge lies the edge's own pixel."""
    from scipy.ndimage import gaussian_filter

    return torch.from_numpy(gaussian_filter(images.numpy(), (0, 0, sigma, sigma), mode="nearest", truncate=4.0))


def sources(height: int, width: int, reach: int, times: int, draws: Draws) -> Tensor:
    """(height * width, N): from which pixel, counted row by row, each pixel comes in the end."""
    source = np.arange(height * width)[:, None].repeat(len(draws), axis=1)
    rows, columns = np.arange(height - reach, reach, -1), np.arange(width - reach, reach, -1)
    places = (rows[:, None] * width + columns).ravel()
    if not len(places):
        return torch.from_numpy(source)
    image = np.arange(len(draws))
    for _ in range(times):
        steps = whole(draws, -reach, reach, len(places), 2).numpy()  # right, down
        away = (steps[..., 1] * width + steps[..., 0]).T + places[:, None]  # (places, N)
        for number, (place, taken) in enumerate(zip(places.tolist(), away, strict=True)):
            if number % 1000 == 0:
                cancellation.check()
            source[place] = source[taken, image]
    return torch.from_numpy(source)


CORRUPTIONS: tuple[type[Corruption], ...] = (GlassBlur,)
