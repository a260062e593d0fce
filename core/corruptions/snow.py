"""Falling snow (Hendrycks, Dietterich 2019)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.corruption import CITE, ROUNDING, Corruption, Draws
from core.corruptions._drawn import normal, uniform
from core.corruptions._motion import along
from core.corruptions._zoom import middle

GREY = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)

Setting = tuple[float, float, float, float, int, float, float]


@dataclass(frozen=True)
class Snow(Corruption):
    """x' = keep x + (1 - keep) max(x, 1.5 grey(x) + 0.5) + flakes + flakes turned by half a turn; x in [0, 1].

    The flakes are normal noise, its middle made larger by `zoom`, 0 below `least`, and blurred along an angle from -135
    to -45 degrees.
    """

    key = "snow"
    title = "Snow"
    plain = "Streaks of falling snow lie over the picture, which is paler."
    cite = CITE
    group = "weather"
    small = (  # mean and deviation of the noise, zoom, least, radius and sigma of the blur, keep
        (0.1, 0.2, 1, 0.6, 8, 3, 0.95),
        (0.1, 0.2, 1, 0.5, 10, 4, 0.9),
        (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
        (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
        (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    )
    large = (
        (0.1, 0.3, 3, 0.5, 10, 4, 0.8),
        (0.2, 0.3, 2, 0.5, 12, 4, 0.7),
        (0.55, 0.3, 4, 0.9, 12, 8, 0.7),
        (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
        (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
    )

    def run(self, images: Tensor, setting: Setting, draws: Draws) -> Tensor:
        mean, deviation, zoom, least, radius, sigma, keep = setting
        noise = middle(mean + deviation * normal(draws, 1, *images.shape[2:]), zoom)
        levels = (255 * torch.where(noise < least, 0.0, noise).clamp(0, 1) + ROUNDING).floor()
        flakes = along(levels, radius, sigma, uniform(draws, low=-135, high=-45))
        x = images.double()
        grey = x if x.shape[1] == 1 else (x * GREY.view(1, 3, 1, 1)).sum(dim=1, keepdim=True)
        paler = keep * x + (1 - keep) * torch.maximum(x, 1.5 * grey + 127.5)
        return paler + flakes + flakes.flip(2, 3)


CORRUPTIONS: tuple[type[Corruption], ...] = (Snow,)
