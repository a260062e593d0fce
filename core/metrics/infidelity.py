"""Infidelity (Yeh et al. 2019, arXiv 1901.09392): does the map foretell what covering a square costs?"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.metric import Metric, Subject
from core.occlusion.changed_copies import FILLS, Rows, taken_away


def squares(subject: Subject, count: int, side: int) -> Rows:
    """Masks of squares of `side` pixels, `count` for each image, wholly inside and placed by its seed."""
    height, width = subject.images.shape[2:]
    room = torch.tensor([height - side + 1, width - side + 1])
    corners = subject.drawn(lambda draws: (torch.rand(count, 2, generator=draws) * room).long().minimum(room - 1))
    rows, columns = (torch.arange(size, device=corners.device) for size in (height, width))

    def masks(which: Tensor, copy: Tensor) -> Tensor:
        top, first = corners[which, copy].unbind(dim=1)
        down, across = rows[None] - top[:, None], columns[None] - first[:, None]
        return ((down >= 0) & (down < side))[:, :, None] & ((across >= 0) & (across < side))[:, None]

    return masks


@dataclass(frozen=True)
class Infidelity(Metric):
    """The mean over squares S of (b sum_{i in S} a_i - (f(x) - f(x with S filled)))^2, f the target's score (logit).

    From 0, lower is better, in squared units of the score. Squares of `part` of the shorter side are placed at random,
    each on the image itself (none is kept when the next is drawn). b = 1, or with `scaled` each image's b that makes
    the mean smallest: maps come in units of their own, and without it only those that share out the score compare. The
    map is taken to say what a pixel adds to the score, so I of the paper's (I a - (f(x) - f(x - I)))^2 is 1 in S.

    Where the score is linear and the map weight times pixel it is 0; where the map misses one of two pixels, worth 4
    and 2, it is (0 + 2^2) / 2 but for the luck of 400 draws:

    >>> from core.contracts.explainer import Attribution
    >>> from core.contracts.toy_models import linear
    >>> model, image = linear([[[[4.0, 2.0]]], [[[0.0, 0.0]]]]), torch.ones(1, 1, 1, 2)
    >>> metric, target = Infidelity(squares=400, scaled=False), torch.tensor([0])
    >>> metric(model, image, target, Attribution(torch.tensor([[[4.0, 2.0]]]))).item()
    0.0
    >>> round(metric(model, image, target, Attribution(torch.tensor([[[4.0, 0.0]]]))).item())
    2
    """

    key = "infidelity"
    title = "Infidelity"
    plain = "How far what the map says of small squares is from what covering them does to the score; low is good."
    cite = "Yeh, Hsieh, Suggala, Inouye, Ravikumar 2019, arXiv 1901.09392"
    better = "lower"
    unit = "score²"
    bounds = (0.0, float("inf"))

    squares: int = param(64, low=1, high=10000, title="Squares", help="How many squares are covered, one at a time")
    part: float = param(0.125, low=0.01, high=1.0, title="Side", help="Of a square, as a part of the shorter side")
    fill: str = param("black", choices=FILLS, title="Covered with", help="The colour of a covered square")
    scaled: bool = param(True, title="Scaled", help="Bring each map to the scale that suits it best first")

    def run(self, subject: Subject) -> Tensor:
        side = max(1, round(self.part * min(subject.images.shape[2:])))
        masks = squares(subject, self.squares, side)
        falls, support = taken_away(subject, self.squares, masks, self.fill, "score")
        if self.scaled:
            size = support.square().sum(dim=1, keepdim=True)
            support = support * ((support * falls).sum(dim=1, keepdim=True) / size.clamp_min(1e-300))
        return (support - falls).square().mean(dim=1)


METRICS: tuple[type[Metric], ...] = (Infidelity,)
