"""The accuracy-robustness area (ARA) of Woods, Chen, Teuscher (2019, arXiv 1906.02896), and the curve it lies under."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from core.base.proportion import Proportion

BINS = 1000
DRAWS = 2000  # bootstrap samples
AT_ONCE = 100  # of them, for the sake of memory
SEED = 1776  # as the authors drew their images
POINTS = 41  # of the curve


@dataclass(frozen=True)
class Area:
    """`value` by the authors' histogram, `exact` by the closed form, and the 95 % interval of the latter."""

    value: float
    exact: float
    low: float
    high: float


def chosen(total: int, count: int, seed: int = SEED) -> Tensor:
    """The places of the images that are measured: the first `count` of a random order of `total`.

    >>> chosen(10_000, 3).tolist()
    [206, 3055, 6922]
    """
    return torch.randperm(total, generator=torch.Generator().manual_seed(seed))[:count]


def area(distances: Tensor, classes: int, *, draws: int = DRAWS, seed: int = SEED) -> Area:
    """The area of minimal distances (N,), 0 for an image that is answered wrong as it is, with `classes` answers.

    The interval is that of the percentiles of `draws` bootstrap samples of the images: it tells how much the number
    hangs on the images, not how far the attack is from the smallest change there is.
    """
    reached = _reached(distances)
    generator = torch.Generator().manual_seed(seed)
    counts = [min(AT_ONCE, draws - begin) for begin in range(0, draws, AT_ONCE)]
    draw = partial(torch.randint, len(reached), generator=generator)
    areas = torch.cat([closed_form(reached[draw((count, len(reached)))], classes) for count in counts])
    low, high = torch.quantile(areas, torch.tensor([0.025, 0.975]).double()).tolist()
    return Area(by_histogram(reached, classes), float(closed_form(reached, classes)), low, high)


def by_histogram(distances: Tensor, classes: int, bins: int = BINS) -> float:
    """sum over bins of D max(0, acc - 1 / K), D = max / bins, acc = 1 - F at the bin's upper end; distances (N,).

    So it is at most D below the closed form, and not above it. Bins of 0.1, the second of which ends at 0.2, where
    neither 0 nor 0.15 is right any more: 0.1 (0.75 - 0.25) + 0.1 (0.5 - 0.25) + 0.1 (0.5 - 0.25) + 0:

    >>> round(by_histogram(torch.tensor([0.0, 0.15, 0.35, 0.4]), 4, bins=4), 6)
    0.1
    """
    reached = _reached(distances)
    top = float(reached.max())
    if top == 0:
        return 0.0
    share = torch.histc(reached.float(), bins, min=0, max=top).double().cumsum(0) / len(reached)
    return float((top / bins * (1 - share - 1 / classes).clamp_min(0)).sum())


def closed_form(distances: Tensor, classes: int) -> Tensor:
    """The integral over r of max(0, acc(r) - 1 / K), acc(r) the share of distances above r; (..., N) -> (...).

    Between 0 and 0.1 three of four images are right, to 0.2 two, to 0.4 one; with four classes that is
    0.1 (0.75 - 0.25) + 0.1 (0.5 - 0.25) + 0.2 (0.25 - 0.25) = 0.075:

    >>> round(closed_form(torch.tensor([0.1, 0.0, 0.4, 0.2]), 4).item(), 6)
    0.075
    """
    ordered = _reached(distances).sort(dim=-1).values
    count = ordered.shape[-1]
    widths = ordered.diff(dim=-1, prepend=torch.zeros_like(ordered[..., :1]))
    heights = (1 - torch.arange(count, dtype=torch.float64) / count - 1 / classes).clamp_min(0)
    return (widths * heights).sum(dim=-1)


def curve(distances: Tensor, points: int = POINTS) -> list[tuple[float, Proportion]]:
    """(distance, share of images that lie farther away) at `points` even distances from 0 to the largest found.

    >>> [(round(r, 2), found.hits) for r, found in curve(torch.tensor([0.0, 0.1, 0.2, 0.4]), 3)]
    [(0.0, 3), (0.2, 1), (0.4, 0)]
    """
    top = float(_reached(distances).max())
    return [
        (radius, Proportion(int((distances.double() > radius).sum()), len(distances)))
        for radius in (top * point / (points - 1) for point in range(points))
    ]


def median(distances: Sequence[float] | Tensor) -> float:
    """The lower median: half of the images lie no farther away. inf where nothing was found for more than half.

    >>> median([0.0, 0.5, 0.25, float("inf")])
    0.25
    """
    ordered: list[float] = sorted(torch.as_tensor(distances).tolist())
    return ordered[(len(ordered) - 1) // 2]


def _reached(distances: Tensor) -> Tensor:
    """In double precision; where nothing was found, as far away as the farthest that was, so the area ends there."""
    if not distances.numel() or distances.isnan().any() or (distances < 0).any():
        raise ValueError("expected distances from 0 up, one an image at least")
    values = distances.double()
    found = values[values.isfinite()]
    return values.clamp_max(float(found.max()) if len(found) else 0.0)
