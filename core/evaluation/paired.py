"""Two classifiers on the same images: the difference with its 95 % interval."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from core.base.proportion import Proportion


@dataclass(frozen=True)
class Difference:
    """First minus second, with its 95 % interval, over `count` images."""

    value: float
    low: float
    high: float
    count: int

    def entry(self) -> dict[str, Any]:
        """In JSON."""
        return {"difference": round(self.value, 4), "interval_95": [round(self.low, 4), round(self.high, 4)],
                "count": self.count}  # fmt: skip


def newcombe_difference(hits_a: Sequence[bool], hits_b: Sequence[bool]) -> Difference:
    """The difference of two accuracies, with Newcombe's interval for paired proportions.

    Newcombe 1998, Statistics in Medicine 17:2635, method 10: Wilson's intervals of both, joined by the correlation of
    the pairs (with its continuity correction where it is positive). His example of 36 pairs right twice, 12 and 2 right
    once, none wrong twice:

    >>> a, b = [True] * 48 + [False] * 2, [True] * 36 + [False] * 12 + [True] * 2
    >>> found = newcombe_difference(a, b)
    >>> found.value, round(found.low, 4), round(found.high, 4)
    (0.2, 0.0569, 0.3404)
    """
    if len(hits_a) != len(hits_b) or not len(hits_a):
        raise ValueError(f"expected outcomes of the same images, got {len(hits_a)} and {len(hits_b)}")
    first, second = torch.tensor(list(hits_a)).bool(), torch.tensor(list(hits_b)).bool()
    count = len(first)
    both, only_a = int((first & second).sum()), int((first & ~second).sum())
    only_b, neither = int((~first & second).sum()), int((~first & ~second).sum())
    a, b = Proportion(both + only_a, count), Proportion(both + only_b, count)
    across = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    joint = float(both * neither - only_a * only_b)
    if joint > 0:
        joint = max(joint - count / 2, 0.0)
    rho = joint / math.sqrt(across) if across else 0.0
    (low_a, high_a), (low_b, high_b) = a.interval, b.interval
    value = (only_a - only_b) / count
    return Difference(
        value,
        value - _joined(a.value - low_a, high_b - b.value, rho),
        value + _joined(high_a - a.value, b.value - low_b, rho),
        count,
    )


def _joined(first: float, second: float, rho: float) -> float:
    return math.sqrt(max(first**2 - 2 * rho * first * second + second**2, 0.0))


def paired_means(values_a: Sequence[float], values_b: Sequence[float]) -> Difference:
    """The mean of the differences, +- 1.96 of its standard errors.

    Differences 1, 2, 3: mean 2, standard deviation 1, half-width 1.96 / sqrt(3) = 1.1316.

    >>> found = paired_means([1.0, 3.0, 5.0], [0.0, 1.0, 2.0])
    >>> found.value, round(found.low, 4), round(found.high, 4)
    (2.0, 0.8684, 3.1316)
    """
    if len(values_a) != len(values_b):
        raise ValueError(f"expected values of the same images, got {len(values_a)} and {len(values_b)}")
    mean, low, high = mean_interval([a - b for a, b in zip(values_a, values_b, strict=True)])
    return Difference(mean, low, high, len(values_a))


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """(mean, lower, upper end of mean +- 1.96 s / sqrt(n)); ValueError for fewer than two values."""
    if len(values) < 2:
        raise ValueError(f"expected at least two values, got {len(values)}")
    drawn = torch.tensor(list(values), dtype=torch.float64)
    mean, half = float(drawn.mean()), 1.959964 * float(drawn.std()) / math.sqrt(len(values))
    return mean, mean - half, mean + half
