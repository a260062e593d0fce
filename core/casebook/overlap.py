"""How far a map agrees with the region that an expert marked, beside what chance would give."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Overlap:
    """A map against a region; None where it cannot be told.

    inside: the share of the map's weight for the class (its values above 0) that lies in the region; by chance it would
    be `area`, the region's share of the picture. pointing: whether the strongest pixel lies in the region (by chance as
    often as `area` says). iou: of the region and as many of the strongest pixels, the share that is in both of what is
    in either; `iou_chance` what as many pixels drawn by lot would have on average.
    """

    inside: float | None
    area: float
    pointing: bool | None
    iou: float | None
    iou_chance: float | None


def overlaps(values: Tensor, region: Tensor) -> Overlap:
    """A signed map (H, W) against a region (H, W), bool; ValueError unless they are of one size, and finite.

    Of equal values the first in reading order counts as the stronger one; a map that is the same everywhere points
    nowhere.

    >>> found = overlaps(torch.tensor([[3.0, 1.0], [-5.0, 0.0]]), torch.tensor([[True, False], [True, False]]))
    >>> found.inside, found.area, found.pointing, round(found.iou, 4), round(found.iou_chance, 4)
    (0.75, 0.5, True, 0.3333, 0.3889)
    """
    if values.ndim != 2 or values.shape != region.shape or region.dtype != torch.bool or not values.numel():
        raise ValueError(f"expected a map and a region of one size, got {tuple(values.shape)}, {tuple(region.shape)}")
    flat, marked = values.flatten().double(), region.flatten()
    if not torch.isfinite(flat).all():
        raise ValueError("expected a map of finite numbers")
    count, size = len(flat), int(marked.sum())
    support = flat.clamp_min(0)
    inside = float(support[marked].sum() / support.sum()) if support.sum() > 0 else None
    if flat.max() == flat.min():
        return Overlap(inside, size / count, None, None, None)
    order = flat.sort(descending=True, stable=True).indices
    pointing = bool(marked[order[0]])
    if not size:
        return Overlap(inside, 0.0, pointing, None, None)
    both = int(marked[order[:size]].sum())
    return Overlap(inside, size / count, pointing, both / (2 * size - both), iou_by_chance(size, count))


def iou_by_chance(size: int, count: int) -> float:
    """The mean of |A and B| / |A or B| for a set A of `size` of `count` pixels and as many drawn by lot.

    Two of four: both drawn with probability 1/6, one with 4/6: 1/6 x 1 + 4/6 x 1/3 = 7/18.

    >>> round(iou_by_chance(2, 4) * 18, 9)
    7.0
    """
    from scipy.stats import hypergeom

    both = np.arange(max(0, 2 * size - count), size + 1)
    return float((hypergeom.pmf(both, count, size, size) * both / (2 * size - both)).sum())
