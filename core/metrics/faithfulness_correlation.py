"""Faithfulness correlation (Bhatt, Weller, Moura 2020, arXiv 2005.00631): what sets of pixels are said to be worth."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.metric import Metric, Subject
from core.occlusion.changed_copies import FILLS, taken_away


def correlation(one: Tensor, other: Tensor) -> Tensor:
    """Pearson's (N,) of the rows of two (N, M); 0 where a row is the same everywhere.

    >>> pair = torch.tensor([[1.0, 2.0, 3.0], [1.0, 1.0, 1.0]]), torch.tensor([[2.0, 4.0, 6.0]] * 2)
    >>> correlation(*pair).float().tolist()
    [1.0, 0.0]
    """
    first, second = (each.double() - each.double().mean(dim=1, keepdim=True) for each in (one, other))
    length = first.norm(dim=1) * second.norm(dim=1)
    flat = length <= 1e-12 * (one.double().norm(dim=1) * other.double().norm(dim=1)).clamp_min(1e-300)
    return torch.where(flat, 0.0, (first * second).sum(dim=1) / length.clamp_min(1e-300)).clamp(-1, 1)


@dataclass(frozen=True)
class FaithfulnessCorrelation(Metric):
    """corr over random sets S of pixels of (sum_{i in S} a_i, f(x) - f(x with S filled)), f the target's score (logit).

    Pearson's, from -1 to 1, higher is better; 0 where one of the two is the same for all sets. The unit of the map does
    not matter. Three pixels worth 1, 2 and 4 to a linear score, in sets of one; maps that say so, say nothing, and say
    the contrary:

    >>> from core.contracts.explainer import Attribution
    >>> from core.contracts.toy_models import linear
    >>> model, image = linear([[[[1.0, 2.0, 4.0]]], [[[0.0] * 3]]]), torch.ones(3, 1, 1, 3)
    >>> maps = torch.tensor([[[10.0, 20.0, 40.0]], [[1.0, 1.0, 1.0]], [[-1.0, -2.0, -4.0]]])
    >>> metric = FaithfulnessCorrelation(part=0.3)
    >>> [round(value, 5) for value in metric(model, image, torch.tensor([0, 0, 0]), Attribution(maps)).tolist()]
    [1.0, 0.0, -1.0]
    """

    key = "faithfulness_correlation"
    title = "Faithfulness correlation"
    plain = "Whether sets of pixels that the map says matter more cost the score more when they are covered."
    cite = "Bhatt, Weller, Moura 2020, arXiv 2005.00631"
    better = "higher"
    bounds = (-1.0, 1.0)

    runs: int = param(100, low=3, high=10000, title="Sets", help="How many sets of pixels are covered, one at a time")
    part: float = param(0.0625, low=0.0001, high=0.9, title="Pixels", help="In a set, as a part of all")
    fill: str = param("black", choices=FILLS, title="Covered with", help="The colour of covered pixels")

    def run(self, subject: Subject) -> Tensor:
        height, width = subject.images.shape[2:]
        size = max(1, round(self.part * height * width))
        chosen = subject.drawn(
            lambda draws: torch.rand(self.runs, height * width, generator=draws).topk(size, dim=1).indices
        )

        def masks(which: Tensor, copy: Tensor) -> Tensor:
            pixels = chosen[which, copy]
            none = torch.zeros(len(pixels), height * width, dtype=torch.bool, device=pixels.device)
            return none.scatter(1, pixels, True).view(-1, height, width)

        falls, support = taken_away(subject, self.runs, masks, self.fill, "score")
        return correlation(support, falls)


METRICS: tuple[type[Metric], ...] = (FaithfulnessCorrelation,)
