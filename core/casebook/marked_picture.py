"""A picture with what an expert marked on it: hatched and outlined, told apart without colour too."""

import numpy as np
from numpy.typing import NDArray

from core.study.colour_scale import Pixels

Mask = NDArray[np.bool_]
RELEVANT, SPURIOUS = (0, 96, 168), (194, 74, 0)  # blue stripes, orange dots, as in app/components/mark_drawing.js
SMALLEST = 256  # pixels that the shorter side is enlarged to, by a whole factor, so that the hatching fits


def marked(picture: Pixels, relevant: Mask, spurious: Mask) -> Pixels:
    """A picture (H, W, 3) and masks (H, W) -> the picture enlarged k times, (k H, k W, 3), with both regions on it."""
    times = max(1, -(-SMALLEST // min(picture.shape[:2])))
    made: Pixels = picture.repeat(times, axis=0).repeat(times, axis=1)
    down, across = np.mgrid[: made.shape[0], : made.shape[1]]
    stripes = (down + across) % 12
    dots = (down % 9 - 4) ** 2 + (across % 9 - 4) ** 2
    for mask, colour, inner, outer in (
        (relevant, RELEVANT, stripes < 2, stripes < 4), (spurious, SPURIOUS, dots <= 4, dots <= 10),
    ):  # fmt: skip
        region: Mask = mask.repeat(times, axis=0).repeat(times, axis=1)
        made[region & outer] = 255
        made[region & inner] = colour
        made[_rim(region, 4)] = 255
        made[_rim(region, 2)] = colour
    return made


def _rim(region: Mask, wide: int) -> Mask:
    """The pixels of a region that lie within `wide` of its edge or of the picture's."""
    inner = region
    for _ in range(wide):
        padded = np.pad(inner, 1)
        inner = inner & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    rim: Mask = region & ~inner
    return rim
