"""A picture out of focus (Hendrycks, Dietterich 2019)."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.contracts.corruption import CITE, Corruption, Draws


@dataclass(frozen=True)
class DefocusBlur(Corruption):
    """Each pixel spread over a disk: the mean over the disk's kernel around it, mirrored at the edges."""

    key = "defocus_blur"
    title = "Defocus blur"
    plain = "Every point becomes a small disk, as where a lens is out of focus."
    cite = CITE
    group = "blur"
    small = ((0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1))  # radius of the disk; sigma of its soft edge
    large = ((3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5))

    def run(self, images: Tensor, setting: tuple[float, float], draws: Draws) -> Tensor:
        from scipy.signal import fftconvolve

        kernel = disk(*setting)
        reach = len(kernel) // 2
        padded = np.pad(images.double().numpy(), [(0, 0), (0, 0), (reach, reach), (reach, reach)], mode="reflect")
        return torch.from_numpy(fftconvolve(padded, kernel[None, None], mode="valid", axes=(2, 3)))


def disk(radius: float, sigma: float) -> NDArray[np.float64]:
    """The kernel (2 r + 1, 2 r + 1): 1 where x^2 + y^2 <= radius^2, of sum 1, then blurred by a Gaussian of 3 x 3
    pixels (5 x 5 beyond radius 8); what is 0 all around is cut off.

    Radius 1 holds five pixels; hardly blurred, each has 1 / 5:

    >>> disk(1, 0.1).round(3).tolist()
    [[0.0, 0.2, 0.0], [0.2, 0.2, 0.2], [0.0, 0.2, 0.0]]
    """
    from scipy.ndimage import correlate1d

    reach = max(8, int(radius))
    line = np.arange(-reach, reach + 1)
    filled = (line[:, None] ** 2 + line**2 <= radius**2).astype(np.float64)
    filled /= filled.sum()
    half = 1 if radius <= 8 else 2
    weights = np.exp(-(np.arange(-half, half + 1) ** 2) / (2 * sigma**2))
    weights /= weights.sum()
    for axis in (0, 1):
        filled = correlate1d(filled, weights, axis=axis, mode="mirror")
    outermost = int(np.abs(line[filled.max(axis=0) > 1e-12]).max())
    inner = slice(reach - outermost, reach + outermost + 1)
    return filled[inner, inner]


CORRUPTIONS: tuple[type[Corruption], ...] = (DefocusBlur,)
