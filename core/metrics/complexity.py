"""Complexity of a map: the entropy of its shares (Bhatt, Weller, Moura 2020, arXiv 2005.00631)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.metric import Metric, Subject


@dataclass(frozen=True)
class Complexity(Metric):
    """-sum_i p_i ln p_i, p = |a| / sum |a|, in nats, from 0 (one pixel) to ln n (n pixels alike); lower is better.

    A map of zeros counts as all alike. Of (1, -1, 2, 0): p = 1/4, 1/4, 1/2, so ln(4) / 2 + ln(2) / 2 = 1.0397.

    >>> from core.contracts.explainer import Attribution
    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[1.0, 1.0], [1.0, 1.0]]]])
    >>> found = Attribution(torch.tensor([[[1.0, -1.0], [2.0, 0.0]]]))
    >>> Complexity()(model, torch.zeros(1, 1, 2, 2), torch.tensor([0]), found).tolist()
    [1.0397...]
    """

    key = "complexity"
    title = "Complexity (entropy)"
    plain = "Over how many pixels the map is spread: low where a few carry it."
    cite = "Bhatt, Weller, Moura 2020, arXiv 2005.00631; Shannon 1948"
    better = "lower"
    unit = "nats"
    bounds = (0.0, float("inf"))

    def run(self, subject: Subject) -> Tensor:
        sizes = subject.values.flatten(1).abs().double()
        total = sizes.sum(dim=1, keepdim=True)
        shares = sizes / total.clamp_min(1e-300)
        entropy = torch.xlogy(shares, 1 / shares.clamp_min(1e-300)).sum(dim=1)
        return torch.where(total[:, 0] > 0, entropy, math.log(sizes.shape[1]))


METRICS: tuple[type[Metric], ...] = (Complexity,)
