"""What is said of maps of numbers: how many tell something, how far they moved, how alike they are."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from core.base import cancellation
from core.spurious.mask_leakage import SIDE
from core.spurious.mask_statistics import PART
from core.spurious.score import ranks


def rank_correlation(first: Tensor, second: Tensor) -> Tensor:
    """(N,) Spearman's correlation of each map (N, H, W) with its pair; 0 where one of them is the same everywhere.

    Ranks (1, 2, 3, 4) and (1, 2, 4, 3) differ by (0, 0, 1, 1): 1 - 6 * 2 / (4 * 15) = 0.8.

    >>> one, other = torch.tensor([[[1.0, 2.0], [3.0, 9.0]]]), torch.tensor([[[-5.0, 0.0], [7.0, 6.0]]])
    >>> round(rank_correlation(one, other).item(), 4), rank_correlation(one, torch.ones(1, 2, 2)).item()
    (0.8, 0.0)
    """
    places = []
    for values in (first.flatten(1), second.flatten(1)):
        place = ranks(values, torch.ones_like(values, dtype=torch.bool)).double()
        places.append(place - place.mean(dim=1, keepdim=True))
    one, other = places
    length = (one.square().sum(dim=1) * other.square().sum(dim=1)).sqrt()
    return torch.where(length > 1e-9, (one * other).sum(dim=1) / length.clamp_min(1e-9), 0.0).float()


def map_statistics(maps: Tensor, before: Tensor | None) -> Mapping[str, float]:
    """About maps (N, H, W) of mean 1, and those they replace, if any, looked at on a grid of at most 8 x 8:

    `told`: share of the images whose map is not the same everywhere. Of those: `against`: mean share of the pixels
    below 0, which speak against the class; `alike`: mean rank correlation with the next one's: near 1 if all are much
    the same. `drift`: 1 - the mean rank correlation with the map replaced, over the images that had one that told
    something too. What nothing can be said of is left out.
    """
    if not len(maps):
        return {}
    small = torch.cat([_small(part) for part in torch.split(maps, PART)])
    tells = _tells(small)
    found = {"told": tells.float().mean().item()}
    mine = small[tells]
    if len(mine):
        below = [(part < 0).float().mean(dim=(1, 2)) for part in torch.split(maps[tells], PART)]
        found["against"] = torch.cat(below).mean().item()
    if len(mine) > 1:
        found["alike"] = _mean_correlation(mine, mine.roll(-1, dims=0))
    if before is not None:
        earlier = torch.cat([_small(part) for part in torch.split(before, PART)])
        both = tells & _tells(earlier)
        if both.any():
            found["drift"] = 1 - _mean_correlation(small[both], earlier[both])
    return found


def _small(maps: Tensor) -> Tensor:
    cancellation.check()
    side = (min(SIDE, maps.shape[1]), min(SIDE, maps.shape[2]))
    return adaptive_avg_pool2d(maps[:, None].float(), side)[:, 0]


def _tells(maps: Tensor) -> Tensor:
    return maps.amax(dim=(1, 2)) - maps.amin(dim=(1, 2)) > 1e-3


def _mean_correlation(first: Tensor, second: Tensor) -> float:
    pairs = zip(torch.split(first, PART), torch.split(second, PART), strict=True)
    return torch.cat([rank_correlation(one, other) for one, other in pairs]).mean().item()
