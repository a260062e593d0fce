"""The score above which an image is called attacked, set on calibration images alone, and what then happens to others.

An image is called attacked where its score is above the threshold, not where it is equal to it.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.base.proportion import Proportion
from core.contracts.finite import expect_finite

ROUNDING = 1e-9  # of rate times count in doubles: 0.29 * 100 is 28.999999999999996


@dataclass(frozen=True)
class Threshold:
    """A threshold from `count` calibration originals, of which `above` lie above it, as many as `rate` allows.

    `guarantee`: for an original drawn as those were, the probability of a false alarm is at most this, taken over the
    draw of all of them together: see `at_false_alarm_rate`.
    """

    value: float
    rate: float
    count: int
    above: int
    guarantee: float


def at_false_alarm_rate(originals: Tensor, rate: float) -> Threshold:
    """The smallest threshold above which at most floor(rate n) of n calibration `originals` (n,) lie: k of them.

    It is the (k + 1)-th largest of their scores. Where a further original is exchangeable with these n, its score is
    above it with a probability of at most (k + 1) / (n + 1), as in conformal prediction (Vovk, Gammerman, Shafer 2005):
    there are n + 1 places in the order of all of them, alike, and k + 1 are above. That is a little more than `rate`,
    at most by 1 / (n + 1); nothing is promised for images from elsewhere. ValueError if there are no originals.

    >>> at_false_alarm_rate(torch.tensor([0.1, 0.4, 0.2, 0.3]), 0.25)
    Threshold(value=0.30000001192092896, rate=0.25, count=4, above=1, guarantee=0.4)
    """
    if not len(originals):
        raise ValueError("a threshold needs the scores of calibration originals")
    if not 0 <= rate < 1:
        raise ValueError(f"expected a false-alarm rate of at least 0 and below 1, got {rate:.6g}")
    scores = expect_finite(originals.double(), "a detector's score").sort(descending=True).values
    allowed = math.floor(rate * len(scores) + ROUNDING)
    value = float(scores[allowed])
    above = int((scores > value).sum())
    return Threshold(value, rate, len(scores), above, (allowed + 1) / (len(scores) + 1))


def balanced_threshold(originals: Tensor, attacked: Tensor) -> float:
    """The threshold with the highest balanced accuracy, mean of the two shares told right, on calibration images.

    Halfway between two neighbouring scores; of several as good the highest, which gives the fewest false alarms.

    >>> balanced_threshold(torch.tensor([1.0, 2.0, 5.0]), torch.tensor([4.0, 6.0, 8.0]))
    5.5
    """
    if not len(originals) or not len(attacked):
        raise ValueError("a balanced threshold needs calibration scores of originals and of attacked images")
    first, second = (expect_finite(each.double(), "a detector's score").sort().values for each in (originals, attacked))
    levels = torch.unique(torch.cat([first, second]))
    cuts = torch.cat([levels[:1] - 1, (levels[:-1] + levels[1:]) / 2, levels[-1:]])
    spared = torch.searchsorted(first, cuts, right=True).double() / len(first)
    missed = torch.searchsorted(second, cuts, right=True).double() / len(second)
    told = (spared - missed).flip(0)
    return float(cuts.flip(0)[told.argmax()])


def balanced_accuracy(originals: Tensor, attacked: Tensor, threshold: float) -> float:
    """The mean of the share of `originals` not above `threshold` and the share of `attacked` above it.

    >>> balanced_accuracy(torch.tensor([1.0, 2.0, 5.0, 7.0]), torch.tensor([4.0, 6.0]), 5.5)
    0.625
    """
    return (1 - alarms(originals, threshold).value + alarms(attacked, threshold).value) / 2


def alarms(scores: Tensor, threshold: float) -> Proportion:
    """The share of images called attacked, with its 95 % Wilson interval; ValueError if there are no images.

    >>> found = alarms(torch.tensor([1.0, 2.0, 3.0, 4.0]), 2.0)
    >>> found.hits, found.count, [round(bound, 3) for bound in found.interval]
    (2, 4, [0.15, 0.85])
    """
    if not len(scores):
        raise ValueError("there are no images to count alarms on")
    expect_finite(scores, "a detector's score")
    return Proportion(int((scores.double() > threshold).sum()), len(scores))


def as_entry(share: Proportion) -> dict[str, Any]:
    """A share of alarms in JSON: {"share", "hits", "count", "interval_95"}.

    >>> as_entry(Proportion(8, 10))
    {'share': 0.8, 'hits': 8, 'count': 10, 'interval_95': [0.4902, 0.9433]}
    """
    low, high = share.interval
    return {"share": share.value, "hits": share.hits, "count": share.count,
            "interval_95": [round(max(low, 0.0), 4), round(min(high, 1.0), 4)]}  # fmt: skip
