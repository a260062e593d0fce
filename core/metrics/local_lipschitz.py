"""The local Lipschitz estimate (Alvarez-Melis, Jaakkola 2018, arXiv 1806.08049): how steeply the map changes."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.metric import Metric, Subject
from core.metrics._nearby import lengths, nearby


def by_largest(maps: Tensor) -> Tensor:
    """(..., H, W), each map divided by its largest absolute value; a map of zeros stays."""
    return maps / maps.abs().amax(dim=(-2, -1), keepdim=True).clamp_min(1e-30)


@dataclass(frozen=True)
class LocalLipschitz(Metric):
    """max over draws of |a(x) - a(x')|_2 / |x - x'|_2, x' = x + N(0, deviation^2), clipped to [0, 1]; lower is better.

    From 0. Each map is first divided by its largest absolute value, since maps come in units of their own; without
    `scaled` they are taken as they are. Unscaled, the map of a linear model of one pixel moves 4 times as far as it:

    >>> from core.contracts.toy_models import linear
    >>> from core.explainers.integrated_gradients import IntegratedGradients
    >>> model, image, target = linear([[[[4.0]]], [[[0.0]]]]), torch.full((1, 1, 1, 1), 0.5), torch.tensor([0])
    >>> method, metric = IntegratedGradients(), LocalLipschitz(scaled=False)
    >>> round(metric(model, image, target, method(model, image, target), explainer=method).item(), 3)
    4.0
    """

    key = "local_lipschitz"
    title = "Local Lipschitz estimate"
    plain = "How steeply the map changes as the picture is moved about a little; low is good."
    cite = "Alvarez-Melis, Jaakkola 2018, arXiv 1806.08049"
    better = "lower"
    bounds = (0.0, float("inf"))
    needs = "explainer"

    deviation: float = param(
        0.1, low=0.001, high=0.5, title="Noise", help="Standard deviation of the change of a value"
    )
    draws: int = param(10, low=1, high=1000, title="Draws", help="How many changed pictures are explained")
    scaled: bool = param(True, title="Scaled", help="Divide each map by its largest value first")

    def run(self, subject: Subject) -> Tensor:
        shape = (self.draws, *subject.images.shape[1:])
        changes = subject.drawn(lambda draws: torch.randn(shape, generator=draws) * self.deviation)
        images, maps = nearby(subject, changes)
        values = subject.values[:, None]
        if self.scaled:
            maps, values = by_largest(maps), by_largest(values)
        way = lengths(images - subject.images[:, None], 2).clamp_min(1e-12)
        return (lengths(maps - values, 2) / way).amax(dim=1)


METRICS: tuple[type[Metric], ...] = (LocalLipschitz,)
