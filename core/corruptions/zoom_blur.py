"""A camera that moved towards its subject (Hendrycks, Dietterich 2019)."""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from core.base import cancellation
from core.contracts.corruption import CITE, Corruption, Draws
from core.corruptions._zoom import middle


@dataclass(frozen=True)
class ZoomBlur(Corruption):
    """The mean of the picture and of its middle made larger by each factor from 1 to `most` in steps of `step`."""

    key = "zoom_blur"
    title = "Zoom blur"
    plain = "The picture is smeared outwards from its middle, as where a camera moves towards its subject."
    cite = CITE
    group = "blur"
    small = ((1.06, 0.01), (1.11, 0.01), (1.16, 0.01), (1.21, 0.01), (1.26, 0.01))  # most, step
    large = ((1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03))

    def run(self, images: Tensor, setting: tuple[float, float], draws: Draws) -> Tensor:
        levels, factors = images.double(), factors_to(*setting)
        total = levels.clone()
        for factor in factors:
            cancellation.check()
            total += middle(levels, factor)
        return total / (len(factors) + 1)


def factors_to(most: float, step: float) -> list[float]:
    """The factors of a blur; whether the last is among them hangs on the rounding of numpy's arange, as it did.

    >>> import torch
    >>> torch.tensor(factors_to(1.06, 0.01)), len(factors_to(1.16, 0.01))
    (tensor([1.0000, 1.0100, 1.0200, 1.0300, 1.0400, 1.0500, 1.0600]), 16)
    """
    return [float(factor) for factor in np.arange(1, most, step)]


CORRUPTIONS: tuple[type[Corruption], ...] = (ZoomBlur,)
