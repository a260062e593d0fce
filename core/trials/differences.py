"""Two arms of a trial on the same images: how far one is ahead, and how sure that is, over images and over seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from core.evaluation.paired import Difference, paired_means

Z = 1.959964


@dataclass(frozen=True)
class Ahead:
    """First minus second, a mean over images and seeds, with its 95 % intervals.

    images: of these very networks, on other images. seeds: of networks trained anew, on these images; None for one
    seed. both: of networks trained anew, on other images; that of the images where there is one seed. each: by seed.
    """

    value: float
    images: tuple[float, float]
    seeds: tuple[float, float] | None
    both: tuple[float, float]
    each: tuple[float, ...]

    def entry(self) -> dict[str, Any]:
        """In JSON."""
        told = {name: each for name, each in vars(self).items() if isinstance(each, tuple)}
        rounded = {name: [round(one, 5) for one in each] for name, each in told.items()}
        return {"value": round(self.value, 5), "seeds": None} | rounded

    @property
    def sign(self) -> int:
        """1 if `both` lies above 0, -1 if below, else 0: nothing is shown. A single seed shows nothing either way."""
        low, high = self.both
        return 0 if self.seeds is None else int(low > 0) - int(high < 0)


def ahead(first: Sequence[Sequence[float]], second: Sequence[Sequence[float]]) -> Ahead:
    """How far `first` is ahead of `second`: for each seed, in the same order, what each image gave.

    images: the mean over the seeds of each image's difference, +- 1.96 standard errors. seeds: the mean difference of
    each seed, by Student's t. both: their variances added, by Student's t of the seeds' degrees of freedom, which is
    wide rather than narrow, as the first has a share of what the second measures. ValueError where images or seeds are
    not as many.

    Two seeds and two images, differences (1, 0) and (1, 1): means 0.5 and 1, so 0.75 +- 12.7 x 0.25 over the seeds.

    >>> found = ahead([[1, 1], [1, 1]], [[0, 1], [0, 0]])
    >>> found.value, found.each, [round(each, 3) for each in found.seeds]
    (0.75, (0.5, 1.0), [-2.427, 3.927])
    """
    if len(first) != len(second) or not first or {len(each) for each in (*first, *second)} != {len(first[0])}:
        raise ValueError("expected as many seeds, and the same images, on both sides")
    one, other = (torch.tensor([list(each) for each in values], dtype=torch.float64) for values in (first, second))
    over_images: Difference = paired_means(one.mean(dim=0).tolist(), other.mean(dim=0).tolist())
    images = over_images.low, over_images.high
    each = (one - other).mean(dim=1)
    told = tuple(each.tolist())
    if len(told) < 2:
        return Ahead(over_images.value, images, None, images, told)
    factor, error = student(len(told)), float(each.std()) / math.sqrt(len(told))
    joint = math.hypot(error, (over_images.high - over_images.low) / (2 * Z))
    value = over_images.value
    return Ahead(value, images, _around(value, factor * error), _around(value, factor * joint), told)


def over_seeds(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % interval of a mean by Student's t; None for a single value.

    1, 2, 3: mean 2, standard error 1 / sqrt 3, t of 2 degrees of freedom 4.3027.

    >>> [round(each, 4) for each in over_seeds([1.0, 2.0, 3.0])]
    [-0.4841, 4.4841]
    """
    if len(values) < 2:
        return None
    drawn = torch.tensor(list(values), dtype=torch.float64)
    return _around(float(drawn.mean()), student(len(values)) * float(drawn.std()) / math.sqrt(len(values)))


def student(count: int) -> float:
    """How many standard errors of a mean of `count` values lie in half of its 95 % interval."""
    from scipy.stats import t

    return float(t.ppf(0.975, count - 1))


def _around(value: float, half: float) -> tuple[float, float]:
    return value - half, value + half
