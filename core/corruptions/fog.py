"""Fog (Hendrycks, Dietterich 2019)."""

from dataclasses import dataclass

from torch import Tensor

from core.contracts.corruption import CITE, Corruption, Draws
from core.corruptions._drawn import uniform


@dataclass(frozen=True)
class Fog(Corruption):
    """x' = (x + c cloud) m / (m + c), m the largest value of the picture; x and the cloud in [0, 1]."""

    key = "fog"
    title = "Fog"
    plain = "A cloud lies over the picture, thicker in some places than in others."
    cite = CITE
    group = "weather"
    small = ((0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75))  # c, decay of the cloud's roughness
    large = ((1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4))

    def run(self, images: Tensor, setting: tuple[float, float], draws: Draws) -> Tensor:
        thickness, decay = setting
        height, width = images.shape[2:]
        side = 1 << max(1, (max(height, width) - 1).bit_length())
        cloud = clouds(uniform(draws, side * side - 1, low=-1, high=1), side, decay)[:, None, :height, :width]
        x = images.double() / 255
        most = x.amax(dim=(1, 2, 3), keepdim=True)
        return 255 * (x + thickness * cloud) * most / (most + thickness)


def clouds(drawn: Tensor, side: int, decay: float) -> Tensor:
    """Fractal clouds (N, side, side) from 0 to 1 by the diamond-square algorithm, on a torus; `side` a power of two.

    drawn: (N, side^2 - 1) numbers from -1 to 1, taken in order. Squares: the middle of four corners is their mean plus
    a number; diamonds: so is the middle of four neighbours; then half the distance. The numbers are multiplied by
    wibble^2, wibble 100 at first and divided by `decay` at each distance. Of side 2 and drawn 0.5, 0, -0.5: the
    corner 0, the middle 0 + 5000, the two others (0 + 0 + 5000 + 5000) / 4 + 0 or - 5000, that is 2500 and -2500:

    >>> import torch
    >>> clouds(torch.tensor([[0.5, 0.0, -0.5]]), 2, 3.0)[0].tolist()
    [[0.333..., 0.666...], [0.0, 1.0]]
    """
    heights = drawn.new_zeros(len(drawn), side, side)
    step, wibble, used = side, 100.0, 0

    def rough(total: Tensor) -> Tensor:
        nonlocal used
        count = total[0].numel()
        mine = drawn[:, used : used + count].reshape(total.shape)
        used += count
        return total / 4 + wibble**2 * mine

    while step >= 2:
        half = step // 2
        corner = heights[:, ::step, ::step]
        pair = corner + corner.roll(-1, 1)
        heights[:, half::step, half::step] = rough(pair + pair.roll(-1, 2))
        centre, corner = heights[:, half::step, half::step], heights[:, ::step, ::step]
        heights[:, ::step, half::step] = rough(centre + centre.roll(1, 1) + corner + corner.roll(-1, 2))
        heights[:, half::step, ::step] = rough(centre + centre.roll(1, 2) + corner + corner.roll(-1, 1))
        step, wibble = half, wibble / decay
    heights = heights - heights.amin(dim=(1, 2), keepdim=True)
    return heights / heights.amax(dim=(1, 2), keepdim=True)


CORRUPTIONS: tuple[type[Corruption], ...] = (Fog,)
