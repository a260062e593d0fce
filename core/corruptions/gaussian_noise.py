"""Noise of a sensor in low light (Hendrycks, Dietterich 2019)."""

from dataclasses import dataclass

from torch import Tensor

from core.contracts.corruption import CITE, Corruption, Draws
from core.corruptions._drawn import normal


@dataclass(frozen=True)
class GaussianNoise(Corruption):
    """x' = x + N(0, c^2), drawn for every value; x in [0, 1]."""

    key = "gaussian_noise"
    title = "Gaussian noise"
    plain = "Every value is shifted by chance, as a camera's sensor does in low light."
    cite = CITE
    group = "noise"
    small = (0.04, 0.06, 0.08, 0.09, 0.10)
    large = (0.08, 0.12, 0.18, 0.26, 0.38)

    def run(self, images: Tensor, setting: float, draws: Draws) -> Tensor:
        return images.double() + 255 * setting * normal(draws, *images.shape[1:])


CORRUPTIONS: tuple[type[Corruption], ...] = (GaussianNoise,)
