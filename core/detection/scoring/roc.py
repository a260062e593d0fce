"""How well scores tell attacked images from originals: the ROC curve and the area under it, with its interval."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.base import cancellation
from core.contracts.finite import expect_finite

REPEATS = 1000  # of the bootstrap
CHUNK = 4_000_000  # numbers held at once
Z = 1.959964


@dataclass(frozen=True)
class Auc:
    """The area under the ROC curve from 0 to 1 with its 95 % interval: `attacked` images against `originals`."""

    value: float
    low: float
    high: float
    originals: int
    attacked: int


def roc_points(originals: Tensor, attacked: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(thresholds, false-alarm rates, detection rates), each (P,) in doubles, from (inf, 0, 0) to (lowest score, 1, 1).

    One point for every distinct score, falling: an image is called attacked where its score is at least that.

    >>> [each.tolist() for each in roc_points(torch.tensor([1.0, 2.0]), torch.tensor([2.0, 3.0]))]
    [[inf, 3.0, 2.0, 1.0], [0.0, 0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.0]]
    """
    first, second = _checked(originals, attacked)
    levels = torch.unique(torch.cat([first, second])).flip(0)
    rates = [
        (len(scores) - torch.searchsorted(scores.sort().values, levels)).double() / len(scores)
        for scores in (first, second)
    ]
    start = torch.zeros(1, dtype=torch.float64)
    thresholds = torch.cat([torch.tensor([math.inf], dtype=torch.float64), levels])
    return thresholds, torch.cat([start, rates[0]]), torch.cat([start, rates[1]])


def area(originals: Tensor, attacked: Tensor) -> float:
    """The area under the ROC curve: how often an attacked image scores above an original, a tie counting half.

    The Mann-Whitney statistic divided by the number of pairs. Of four pairs here three are in order, one is a tie:

    >>> area(torch.tensor([1.0, 2.0]), torch.tensor([2.0, 3.0]))
    0.875
    """
    first, second = _checked(originals, attacked)
    low, high = _below(first, second)
    return float((low + high).double().mean() / (2 * len(first)))


def _below(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """For each of `second` how many of `first` lie below it, and how many not above it."""
    ordered = first.sort().values
    return torch.searchsorted(ordered, second), torch.searchsorted(ordered, second, right=True)


def auc(
    originals: Tensor, attacked: Tensor, groups: tuple[Tensor, Tensor] | None = None, *, seed: int = 0,
    repeats: int = REPEATS,
) -> Auc:  # fmt: skip
    """The area with its 95 % interval by a bootstrap over source images (percentiles of `repeats` draws).

    groups: the source image of each original and of each attacked image, whole numbers from 0; by default image i of
    both comes from source i where they are as many, and else no two from the same. A source is drawn with all its
    images, as several attacked versions of one image are no independent images. Where hardly an original lies above an
    attacked image the draws are all but the same: there the interval is at least as wide as Newcombe's for none at all
    (`separated`), and so where hardly one lies below.
    """
    first, second = _checked(originals, attacked)
    if groups is None:
        shift = 0 if len(first) == len(second) else len(first)
        groups = torch.arange(len(first)), torch.arange(len(second)) + shift
    if [len(each) for each in groups] != [len(first), len(second)]:
        raise ValueError("expected the source image of each score")
    value = area(first, second)
    sources, numbers = torch.unique(torch.cat(groups), return_inverse=True)
    low = high = value
    if 0 < value < 1:
        drawn = _bootstrap(first, second, numbers, len(sources), seed, repeats)
        low, high = (float(drawn.quantile(part)) for part in (0.025, 0.975))
    least = separated(min(len(torch.unique(each)) for each in groups))
    low, high = min(low, least) if value >= least else low, max(high, 1 - least) if value <= 1 - least else high
    return Auc(value, low, high, len(first), len(second))


def _bootstrap(first: Tensor, second: Tensor, numbers: Tensor, sources: int, seed: int, repeats: int) -> Tensor:
    """(at most `repeats`,) areas; a draw without an original, or without an attacked image, has none."""
    draws = torch.Generator().manual_seed(seed)
    order = first.argsort()
    own, others = numbers[: len(first)][order], numbers[len(first) :]
    low, high = _below(first, second)
    found = []
    for some in torch.split(torch.arange(repeats), max(1, CHUNK // len(numbers))):
        cancellation.check()
        picked = torch.randint(0, sources, (len(some), sources), generator=draws)
        times = torch.zeros(len(some), sources).scatter_add_(1, picked, torch.ones(picked.shape)).double()
        weights = times[:, others]
        below = torch.nn.functional.pad(times[:, own].cumsum(dim=1), (1, 0))
        pairs = below[:, -1] * weights.sum(dim=1)
        won = ((below[:, low] + below[:, high]) * weights).sum(dim=1) / 2
        found.append((won / pairs)[pairs > 0])
    return torch.cat(found)


def separated(count: int) -> float:
    """The lower end of the 95 % interval of an area of 1 from `count` independent originals and attacked images each.

    Newcombe 2006, Statistics in Medicine 25:559, method 5 [REC]: the lowest area A whose distance to 1 is 1.96 standard
    errors of Hanley and McNeil 1982 (exponential scores) at A. A bootstrap says nothing here: no draw differs.

    >>> round(separated(10), 3), round(separated(500), 4)
    (0.8, 0.9961)
    """
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        spread = 1 + (count - 1) * ((1 - middle) / (2 - middle) + middle / (1 + middle))
        outside = 1 - middle > Z * math.sqrt(middle * (1 - middle) * spread) / count
        low, high = (middle, high) if outside else (low, middle)
    return high


def _checked(*scores: Tensor) -> Sequence[Tensor]:
    """In doubles; ValueError if there are none of a kind, or one is no number."""
    if not all(len(each) for each in scores):
        raise ValueError("a ROC curve needs scores of originals and of attacked images")
    return [expect_finite(each.double(), "a detector's score") for each in scores]
