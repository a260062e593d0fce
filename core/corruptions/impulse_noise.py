"""Salt and pepper: single values lost (Hendrycks, Dietterich 2019)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.corruption import CITE, Corruption, Draws
from core.corruptions._drawn import uniform


@dataclass(frozen=True)
class ImpulseNoise(Corruption):
    """A share c of all values, each colour for itself, becomes 0 or 255, either as often."""

    key = "impulse_noise"
    title = "Impulse noise"
    plain = "A share of all values is replaced by the darkest or the brightest, as faulty pixels are."
    cite = CITE
    group = "noise"
    small = (0.01, 0.02, 0.03, 0.05, 0.07)
    large = (0.03, 0.06, 0.09, 0.17, 0.27)

    def run(self, images: Tensor, setting: float, draws: Draws) -> Tensor:
        lost, salt = uniform(draws, 2, *images.shape[1:]).unbind(dim=1)
        extremes = torch.where(salt < 0.5, 255, 0).to(torch.uint8)
        return torch.where(lost < setting, extremes, images)


CORRUPTIONS: tuple[type[Corruption], ...] = (ImpulseNoise,)
