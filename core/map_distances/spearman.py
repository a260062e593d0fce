"""Spearman's rank correlation between two maps (Spearman 1904): do they put the pixels in the same order?"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.map_distance import MapDistance


@dataclass(frozen=True)
class Spearman(MapDistance):
    """Pearson's correlation of the ranks of the signed values, equal values sharing their mean rank; from -1 to 1.

    A constant map has no order: 1 where both are constant, 0 where one is. Ranks (1, 2, 3, 4) and (1, 2, 4, 3) differ
    by (0, 0, 1, 1): 1 - 6 * 2 / (4 * 15) = 0.8.

    >>> Spearman()(torch.tensor([[[1.0, 2.0], [3.0, 9.0]]]), torch.tensor([[[-5.0, 0.0], [7.0, 6.0]]])).tolist()
    [0.8...]
    >>> flat = torch.zeros(1, 2, 2)
    >>> Spearman()(flat, flat + 1).item(), Spearman()(flat, torch.eye(2)[None]).item()
    (1.0, 0.0)
    """

    key = "spearman"
    title = "Rank agreement (Spearman)"
    plain = "Whether the two maps put the pixels in the same order: 1 the same order, 0 none in common, -1 reversed."
    cite = "Spearman 1904"
    same = 1.0
    moved = "lower"

    def __call__(self, before: Tensor, after: Tensor) -> Tensor:
        first, second = _centred_ranks(before), _centred_ranks(after)
        product = (first * second).sum(dim=1)
        length = (first.square().sum(dim=1) * second.square().sum(dim=1)).sqrt()
        found = (product / length.clamp_min(1e-30)).clamp(-1, 1)
        flat = (first == 0).all(dim=1) & (second == 0).all(dim=1)
        return torch.where(flat, torch.ones_like(found), found).float()


def _centred_ranks(maps: Tensor) -> Tensor:
    """(N, H, W) -> (N, H * W) in double precision: ranks, ties sharing their mean rank, minus the mean of all ranks."""
    from scipy.stats import rankdata

    flat = maps.detach().flatten(1)
    ranks = torch.from_numpy(rankdata(flat.cpu().numpy(), axis=1))
    return ranks - (flat.shape[1] + 1) / 2


MAP_DISTANCES: tuple[type[MapDistance], ...] = (Spearman,)
