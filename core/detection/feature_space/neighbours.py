"""Do attacked images lie apart in feature space: a number that depends on no picture of it."""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from core.base import cancellation
from core.contracts.finite import expect_finite
from core.detection.feature_space.embedding import standardised

ROWS = 500  # points whose distances to all others are in memory
AT_ONCE = 2**22  # comparisons of kinds in memory


@dataclass(frozen=True)
class NeighbourShare:
    """The share of the `neighbours` nearest features that are of a point's own kind, original or attacked.

    `share` over all 2 N points, `originals` and `attacked` over those of a kind. `chance`: (N - 1) / (2 N - 1), what is
    expected of kinds that lie anyhow. An image and its attacked image often lie side by side, and are of two kinds:
    `swapped` is the mean share when each pair's kinds are swapped by a coin, `p` (1 + as large a share) / (1 + B) of B
    such swaps. None where there is one image only.
    """

    images: int
    neighbours: int
    share: float | None
    originals: float | None
    attacked: float | None
    chance: float | None
    swapped: float | None
    p: float | None

    def told(self) -> dict[str, Any]:
        """In JSON."""
        return asdict(self)


def same_kind(
    clean: Tensor, attacked: Tensor, neighbours: int = 15, *, swaps: int = 1000, seed: int = 0
) -> NeighbourShare:
    """Of the features (N, D) of originals and of their attacked images, standardised together, by Euclidean distance.

    At most 2 N - 1 neighbours are looked at; ValueError for none, or features of different images. Each of two pairs of
    points lies at its own side, by 0 and 1 against 8 and 9: the nearest is of one's kind, as 1 of 3 others is. Swapped,
    it is so in half of the cases, and else never.

    >>> found = same_kind(torch.tensor([[0.0], [1.0]]), torch.tensor([[8.0], [9.0]]), neighbours=1)
    >>> found.share, round(found.chance, 4), abs(found.swapped - 0.5) < 0.05, abs(found.p - 0.5) < 0.05
    (1.0, 0.3333..., True, True)
    """
    if clean.ndim != 2 or clean.shape != attacked.shape or not len(clean) or neighbours < 1:
        raise ValueError(f"expected features (N, D) twice, got {tuple(clean.shape)} and {tuple(attacked.shape)}")
    count = len(clean)
    near = min(neighbours, 2 * count - 1)
    if count < 2:
        return NeighbourShare(count, near, None, None, None, None, None, None)
    nearest = _nearest(standardised(expect_finite(torch.cat([clean, attacked]), "a feature")), near)
    kinds = torch.arange(2 * count) >= count
    own = _own(kinds[None], nearest)[0]
    generator = torch.Generator().manual_seed(seed)
    shares = []
    rows = max(1, AT_ONCE // nearest.numel())
    for begin in range(0, swaps, rows):
        cancellation.check()
        turned = torch.rand(min(rows, swaps - begin), count, generator=generator) < 0.5
        shares.append(_own(torch.cat([turned, ~turned], dim=1), nearest).mean(dim=1))
    drawn, share = torch.cat(shares), float(own.mean())
    return NeighbourShare(
        count, near, share, float(own[:count].mean()), float(own[count:].mean()), (count - 1) / (2 * count - 1),
        float(drawn.mean()), (1 + int((drawn >= share - 1e-12).sum())) / (1 + swaps),
    )  # fmt: skip


def _nearest(points: Tensor, near: int) -> Tensor:
    """(M, D) -> (M, near): which points lie nearest to each, itself left out."""
    found = []
    for begin in range(0, len(points), ROWS):
        cancellation.check()
        apart = torch.cdist(points[begin : begin + ROWS], points, compute_mode="donot_use_mm_for_euclid_dist")
        rows = torch.arange(len(apart))
        apart[rows, begin + rows] = torch.inf
        found.append(apart.topk(near, largest=False).indices)
    return torch.cat(found)


def _own(kinds: Tensor, nearest: Tensor) -> Tensor:
    """Kinds (B, M) bool -> (B, M): the share of the nearest of each point that are of its kind."""
    return (kinds[:, nearest] == kinds[:, :, None]).double().mean(dim=2)
