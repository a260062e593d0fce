"""Noise from light coming in single photons (Hendrycks, Dietterich 2019)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.corruption import CITE, Corruption, Draws


@dataclass(frozen=True)
class ShotNoise(Corruption):
    """x' = Poisson(c x) / c, drawn for every value; x in [0, 1], so c photons are white. Mean x, variance x / c."""

    key = "shot_noise"
    title = "Shot noise"
    plain = "Every value is replaced by a count of as many photons as it stands for on average; dark stays dark."
    cite = CITE
    group = "noise"
    small = (500, 250, 100, 75, 50)
    large = (60, 25, 12, 5, 3)

    def run(self, images: Tensor, setting: float, draws: Draws) -> Tensor:
        rates = images.double() / 255 * setting
        counts = [torch.poisson(rate, generator=each) for rate, each in zip(rates, draws, strict=True)]
        return torch.stack(counts) * (255 / setting)


CORRUPTIONS: tuple[type[Corruption], ...] = (ShotNoise,)
