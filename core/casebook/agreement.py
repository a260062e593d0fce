"""How far experts agree beyond chance: Cohen's kappa of two, Fleiss' of any number."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]
RESAMPLES = 2_000
FEWEST = 5  # cases from which an interval is told


@dataclass(frozen=True)
class Kappa:
    """`value` from -1 to 1, 0 where they agree as often as chance would have it; None where that cannot be told.

    low, high: the 2.5 and 97.5 percentiles over bootstrap samples of the `count` cases; None for fewer than five.
    """

    value: float | None
    low: float | None
    high: float | None
    count: int


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> Kappa:
    """(p - e) / (1 - e) of what two experts said of the same cases, p how often it is the same, e by chance.

    Cohen 1960, Educational and Psychological Measurement 20:37. ValueError unless both have said as much. None where
    both always say one and the same.

    >>> said = cohen_kappa(["a", "a", "b", "b"], ["a", "b", "b", "b"])  # p = 3/4, e = 1/2 x 1/4 + 1/2 x 3/4
    >>> said.value, said.count
    (0.5, 4)
    """
    if len(first) != len(second):
        raise ValueError(f"expected what both said of the same cases, got {len(first)} and {len(second)}")
    kinds = list(dict.fromkeys([*first, *second]))
    numbers = np.array([[kinds.index(a), kinds.index(b)] for a, b in zip(first, second, strict=True)]).reshape(-1, 2)

    def kappa(rows: NDArray[np.int64]) -> float | None:
        table = np.zeros((len(kinds), len(kinds)))
        np.add.at(table, (rows[:, 0], rows[:, 1]), 1 / max(1, len(rows)))
        return _beyond(float(np.trace(table)), float(table.sum(axis=0) @ table.sum(axis=1)))

    return _with_interval(numbers, kappa)


def fleiss_kappa(table: Sequence[Sequence[int]]) -> Kappa:
    """(p - e) / (1 - e) of a row a case and a column an answer, each cell how many experts gave it.

    p: the mean over cases of how many of the pairs of experts agree; e: the sum of the squared shares of the answers.
    Fleiss 1971, Psychological Bulletin 76:378, where each case has as many experts; here their number may differ, and
    cases of fewer than two do not count. ValueError for a table that is none.

    >>> round(fleiss_kappa([[2, 1], [0, 3], [3, 0]]).value, 4)  # p = 7/9, e = 25/81 + 16/81
    0.55
    """
    rows = np.array(table, dtype=np.float64)
    if rows.size and (rows.ndim != 2 or (rows < 0).any()):
        raise ValueError("expected a table of how many experts gave each answer")
    rows = rows.reshape(len(table), -1) if rows.size else np.zeros((0, 1))
    rows = rows[rows.sum(axis=1) >= 2]

    def kappa(some: Counts) -> float | None:
        experts = some.sum(axis=1)
        alike = ((some * (some - 1)).sum(axis=1) / (experts * (experts - 1))).mean()
        shares = some.sum(axis=0) / some.sum()
        return _beyond(float(alike), float((shares**2).sum()))

    return _with_interval(rows, kappa)


def _beyond(found: float, chance: float) -> float | None:
    return None if chance > 1 - 1e-12 else (found - chance) / (1 - chance)


def _with_interval(rows: NDArray[np.generic], kappa: Callable[..., float | None]) -> Kappa:
    count = len(rows)
    if not count or (value := kappa(rows)) is None:
        return Kappa(None, None, None, count)
    draws = np.random.default_rng(0).integers(count, size=(RESAMPLES if count >= FEWEST else 0, count))
    again = [found for drawn in draws if (found := kappa(rows[drawn])) is not None]
    if len(again) < RESAMPLES / 2:
        return Kappa(value, None, None, count)
    low, high = (float(each) for each in np.percentile(again, [2.5, 97.5]))
    return Kappa(value, low, high, count)
