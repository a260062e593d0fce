"""Overlap of the strongest pixels of two maps (as in Ghorbani, Abid, Zou 2019, arXiv 1710.10547)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.map_distance import MapDistance


@dataclass(frozen=True)
class TopKOverlap(MapDistance):
    """|A and B| / |A or B| of the `percent` % of pixels with the largest absolute values in each map; from 0 to 1.

    Pixels of value 0 are never among them, and of equal values the first in reading order are; 1 where neither map has
    any. Ghorbani et al. divide by the number chosen instead. Half of four pixels, one of them in common: 1 / 3.

    >>> overlap = TopKOverlap(percent=50.0)
    >>> overlap(torch.tensor([[[9.0, -8.0], [1.0, 0.0]]]), torch.tensor([[[0.0, 2.0], [3.0, -1.0]]])).tolist()
    [0.333...]
    """

    key = "top_k_overlap"
    title = "Overlap of the strongest pixels"
    plain = "How many of the pixels that one of the two maps marks most are marked most by both: 1 all, 0 none."
    cite = "Ghorbani, Abid, Zou 2019, arXiv 1710.10547; Jaccard 1901"
    same = 1.0
    moved = "lower"

    percent: float = param(10.0, low=0.1, high=100.0, title="Share", unit="%", help="Which share counts as strongest")

    def __call__(self, before: Tensor, after: Tensor) -> Tensor:
        first, second = self.strongest(before), self.strongest(after)
        both, either = (first & second).sum(dim=1), (first | second).sum(dim=1)
        return torch.where(either == 0, torch.ones_like(both, dtype=torch.float32), both / either.clamp_min(1))

    def strongest(self, maps: Tensor) -> Tensor:
        """(N, H, W) -> (N, H * W): whether a pixel is among the strongest; at least one may be chosen."""
        strength = maps.detach().flatten(1).abs()
        count = max(1, round(strength.shape[1] * self.percent / 100))
        chosen = strength.argsort(dim=1, descending=True, stable=True)[:, :count]
        return torch.zeros_like(strength, dtype=torch.bool).scatter(1, chosen, True) & (strength > 0)


MAP_DISTANCES: tuple[type[MapDistance], ...] = (TopKOverlap,)
