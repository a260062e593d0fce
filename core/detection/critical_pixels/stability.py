"""How much of a set of critical pixels depends on which images it was found on: the bootstrap over images."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.base import cancellation
from core.detection.critical_pixels.selection import TOP_TENTH, Reading, Rule, by_source, magnitudes, rounded

AT_ONCE = 2**22  # values of resampled maps in memory


@dataclass(frozen=True, eq=False)
class Stability:
    """Sets found on `resamples` draws of the `images` with replacement, against the set found on all of them.

    `jaccard`: the mean Jaccard index with that set; `low`, `high`: between which 95 % of the resamples' lie (2.5th and
    97.5th percentile: their spread, not the error of the mean). `chance`: what is expected of two random sets of these
    sizes, exactly, by the hypergeometric distribution. None of a single image, of which every resample is the same.
    `often` (H, W): the share of resamples in which each pixel is chosen. A resample and the whole share images: sets of
    two samples that share none agree less.
    """

    images: int
    resamples: int
    jaccard: float | None
    low: float | None
    high: float | None
    chance: float
    often: Tensor

    def told(self) -> dict[str, Any]:
        """In JSON."""
        return {
            "images": self.images, "resamples": self.resamples, "jaccard": self.jaccard,
            "interval_95": None if self.low is None else [self.low, self.high], "chance": self.chance,
            "often": rounded(self.often),
        }  # fmt: skip


def jaccard(first: Tensor, second: Tensor) -> Tensor:
    """(..., H, W) bool twice -> (...): pixels in both by pixels in either; 1 for two empty sets.

    >>> a, b = torch.tensor([[True, True, False]]), torch.tensor([[False, True, True]])
    >>> [round(jaccard(a, each).item(), 4) for each in (a, b, ~a)], jaccard(a & ~a, b & ~b).item()
    ([1.0, 0.3333, 0.0], 1.0)
    """
    both = (first & second).flatten(-2).sum(dim=-1).double()
    either = (first | second).flatten(-2).sum(dim=-1).double()
    return torch.where(either > 0, both / either.clamp_min(1), 1.0)


def chance_jaccard(first: int, second: int, pixels: int) -> float:
    """The expected Jaccard index of a set of `first` and a random one of `second` among `pixels`.

    The sum over i of P(i) i / (first + second - i), P hypergeometric. Two of four: i is 0, 1, 2 with the chances 1/6,
    4/6, 1/6, so 4/6 * 1/3 + 1/6 = 0.3889; one of two: either the same or not.

    >>> round(chance_jaccard(2, 2, 4), 4), chance_jaccard(1, 1, 2), chance_jaccard(0, 0, 4)
    (0.3889, 0.5, 1.0)
    """
    from scipy.stats import hypergeom

    if not first and not second:
        return 1.0
    shared = np.arange(max(0, first + second - pixels), min(first, second) + 1)
    return float((hypergeom.pmf(shared, pixels, first, second) * shared / (first + second - shared)).sum())


def stability(
    reading: Reading,
    clean: Tensor,
    attacked: Tensor,
    rule: Rule = TOP_TENTH,
    *,
    sources: Tensor | None = None,
    resamples: int = 1000,
    seed: int = 0,
    on_done: Callable[[int, int], None] | None = None,
) -> Stability:
    """Of the critical pixels of signatures (N, H, W) of originals and of their attacked images; `on_done` (done, of).

    sources (N,): see `by_source`; then sources are drawn again, each with all of its versions.
    ValueError for fewer than one resample, and as in `critical_pixels.magnitudes`.
    """
    if resamples < 1:
        raise ValueError(f"expected at least one resample, got {resamples}")
    values = by_source(magnitudes(reading, clean, attacked), sources).flatten(1)
    images, pixels = values.shape
    shape = clean.shape[1:]
    whole = rule(values.mean(dim=0).view(shape))
    rng = np.random.default_rng(seed)
    often = torch.zeros(shape, dtype=torch.float64)
    found: list[Tensor] = []
    sizes: list[Tensor] = []
    batch = max(1, AT_ONCE // pixels)
    for begin in range(0, resamples, batch):
        cancellation.check()
        count = min(batch, resamples - begin)
        drawn = torch.from_numpy(rng.multinomial(images, np.full(images, 1 / images), size=count)).double()
        sets = rule((drawn @ values / images).view(count, *shape))
        often += sets.sum(dim=0)
        found.append(jaccard(sets, whole))
        sizes.append(sets.flatten(1).sum(dim=1))
        if on_done is not None:
            on_done(begin + count, resamples)
    size, times = np.unique(torch.cat(sizes).numpy(), return_counts=True)
    expected = [chance_jaccard(int(whole.sum()), int(each), pixels) for each in size]
    chance = float(np.average(expected, weights=times))
    middle, low, high = (None, None, None) if images < 2 else _spread(torch.cat(found))
    return Stability(images, resamples, middle, low, high, chance, often / resamples)


def _spread(values: Tensor) -> tuple[float, float, float]:
    """The mean, the 2.5th and the 97.5th percentile."""
    low, high = np.percentile(values.numpy(), [2.5, 97.5])
    return float(values.mean()), float(low), float(high)
