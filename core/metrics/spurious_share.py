"""Spurious share: how much of the answer's sensitivity lies where the map sees the least support for it."""

import math
from dataclasses import dataclass

from torch import Tensor

from core.base.params import param
from core.contracts.metric import Metric, Subject
from core.spurious.lower_bound import least_supported, linear_bound


@dataclass(frozen=True)
class SpuriousShare(Metric):
    """|g_S|_1 / |g|_1, g the gradient of the target's margin over its nearest rival, S the least supported pixels.

    From 0 to 1; a map that says nothing gives about `part`. With the margin m and the sensitivity outside of S fixed,
    the linearised lower bound m (1 - share) / |g_R|_1 falls as the share rises: that bound belongs to the model, not to
    the map (core.spurious.lower_bound); the share is what the map adds to it. [REC, arXiv 2601.00968] Margin 2 a + b, a
    map that supports a alone: a third of the sensitivity is on b.

    >>> import torch
    >>> from core.contracts.explainer import Attribution
    >>> from core.contracts.toy_models import linear
    >>> model, image = linear([[[[2.0, 1.0]]], [[[0.0, 0.0]]]]), torch.ones(1, 1, 1, 2)
    >>> SpuriousShare(part=0.5)(model, image, torch.tensor([0]), Attribution(torch.tensor([[[1.0, 0.0]]]))).tolist()
    [0.333...]
    """

    key = "spurious_share"
    title = "Spurious share"
    plain = (
        "How much of what could change the answer lies in the pixels that the map says support it least; low is good."
    )
    cite = "Reconstructed from Wang et al. 2026, arXiv 2601.00968"
    better = "lower"

    part: float = param(0.25, low=0.01, high=0.9, title="Region", help="The part of the pixels called least supported")

    def run(self, subject: Subject) -> Tensor:
        masks = least_supported(subject.values, self.part)
        return linear_bound(subject.classifier, subject.images, subject.targets, masks, math.inf).share


METRICS: tuple[type[Metric], ...] = (SpuriousShare,)
