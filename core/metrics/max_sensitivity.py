"""Max-sensitivity (Yeh et al. 2019, arXiv 1901.09392): how far the map moves when the image hardly does."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.metric import Metric, Subject
from core.metrics._nearby import lengths, nearby


@dataclass(frozen=True)
class MaxSensitivity(Metric):
    """max over draws u of |a(x + u) - a(x)|_2 / |a(x)|_2, u uniform within `radius` of 0; lower is better.

    From 0; x + u is clipped to [0, 1]. Where the map is all zeros the length of the other stands alone (as in captum).
    Radius and draws are captum's defaults. The map of a linear model by weight times pixel moves by weight times u:

    >>> from core.contracts.explainer import Attribution
    >>> from core.contracts.toy_models import linear
    >>> from core.explainers.integrated_gradients import IntegratedGradients
    >>> model, image, target = linear([[[[4.0]]], [[[0.0]]]]), torch.full((1, 1, 1, 1), 0.5), torch.tensor([0])
    >>> method = IntegratedGradients()
    >>> found = MaxSensitivity(draws=200)(model, image, target, method(model, image, target), explainer=method)
    >>> round(found.item(), 3)  # |4 u| / |4 * 0.5|, u up to 0.02
    0.04
    """

    key = "max_sensitivity"
    title = "Max-sensitivity"
    plain = "How far the map moves, of its own size, when the picture is changed too little to be seen; low is good."
    cite = "Yeh, Hsieh, Suggala, Inouye, Ravikumar 2019, arXiv 1901.09392; captum"
    better = "lower"
    bounds = (0.0, float("inf"))
    needs = "explainer"

    radius: float = param(0.02, low=0.001, high=0.5, title="Radius", help="The largest change of a value from 0 to 1")
    draws: int = param(10, low=1, high=1000, title="Draws", help="How many changed pictures are explained")

    def run(self, subject: Subject) -> Tensor:
        shape = (self.draws, *subject.images.shape[1:])
        changes = subject.drawn(lambda draws: torch.empty(shape).uniform_(-self.radius, self.radius, generator=draws))
        moved = lengths(nearby(subject, changes)[1] - subject.values[:, None], 2)
        size = lengths(subject.values, 1)
        return moved.amax(dim=1) / torch.where(size > 0, size, 1.0)


METRICS: tuple[type[Metric], ...] = (MaxSensitivity,)
