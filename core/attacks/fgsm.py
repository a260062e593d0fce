"""The fast gradient sign method (Goodfellow, Shlens, Szegedy 2015, arXiv 1412.6572)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.ascend import OnStep, ascend, laid_out, project
from core.contracts.attack import Attack, LinfAttack
from core.contracts.attack_loss import attack_loss
from core.contracts.classifier import Classifier


@dataclass(frozen=True)
class FGSM(LinfAttack):
    """x' = clip(x + eps sign(grad CE(x, y))): one step of the whole strength.

    On a linear two-class model with weights (1, -2) every pixel moves by eps against its weight:

    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[1.0, -2.0]]], [[[0.0, 0.0]]]])
    >>> FGSM(eps=0.25)(model, torch.full((1, 1, 1, 2), 0.5), torch.tensor([0])).flatten().tolist()
    [0.25, 0.75]
    """

    key = "fgsm"
    title = "FGSM"
    plain = "Takes a single step towards a wrong answer, changing every pixel by the whole strength."
    cite = "Goodfellow, Shlens, Szegedy 2015, arXiv 1412.6572"
    one_pass = True

    def run(
        self,
        classifier: Classifier,
        images: Tensor,
        labels: Tensor,
        targets: Tensor | None,
        seed: int,
        on_step: OnStep | None,
    ) -> Tensor:
        loss = attack_loss(classifier, labels, targets)
        return ascend(loss, images, eps=self.eps, step=self.eps, steps=1, on_step=on_step)

    def run_strengths(
        self, classifier: Classifier, images: Tensor, labels: Tensor, strengths: Sequence[float], seed: int
    ) -> list[Tensor]:
        inputs = laid_out(images.detach()).requires_grad_(True)
        with torch.enable_grad():
            (gradient,) = torch.autograd.grad(attack_loss(classifier, labels)(inputs).sum(), inputs)
        return [project(images + eps * gradient.sign(), images, eps, self.norm).contiguous() for eps in strengths]


ATTACKS: tuple[type[Attack], ...] = (FGSM,)
