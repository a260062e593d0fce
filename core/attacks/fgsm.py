"""The fast gradient sign method (Goodfellow, Shlens, Szegedy 2015, arXiv 1412.6572)."""

import math
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base.params import param
from core.contracts.ascend import Loss, OnStep, ascend
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier


def aim(classifier: Classifier, labels: Tensor, targets: Tensor | None) -> Loss:
    """The loss to raise: cross-entropy of the labels, or minus that of the targets. (N, C, H, W) -> (N,)."""
    if targets is None:
        return lambda images: cross_entropy(classifier(images), labels, reduction="none")
    return lambda images: -cross_entropy(classifier(images), targets, reduction="none")


@dataclass(frozen=True)
class FGSM(Attack):
    """x' = clip(x + eps sign(grad CE(x, y))): one step of the whole strength.

    On a linear two-class model with weights (1, -2) every pixel moves by eps against its weight:

    >>> import torch
    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[1.0, -2.0]]], [[[0.0, 0.0]]]])
    >>> FGSM(eps=0.25)(model, torch.full((1, 1, 1, 2), 0.5), torch.tensor([0])).flatten().tolist()
    [0.25, 0.75]
    """

    key = "fgsm"
    title = "FGSM"
    plain = "Takes a single step towards a wrong answer, changing every pixel by the whole strength."
    cite = "Goodfellow, Shlens, Szegedy 2015, arXiv 1412.6572"
    norm = math.inf

    eps: float = param(8 / 255, low=0.0, high=64 / 255, title="Strength", unit="/255", help="Largest change of a pixel")

    def run(
        self,
        classifier: Classifier,
        images: Tensor,
        labels: Tensor,
        targets: Tensor | None,
        seed: int,
        on_step: OnStep | None,
    ) -> Tensor:
        loss = aim(classifier, labels, targets)
        return ascend(loss, images, eps=self.eps, step=self.eps, steps=1, on_step=on_step)


ATTACKS: tuple[type[Attack], ...] = (FGSM,)
