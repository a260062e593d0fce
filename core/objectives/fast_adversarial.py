"""Fast adversarial training (Wong, Rice, Kolter 2020, arXiv 2001.03994): one FGSM step from a random start."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.ascend import ascend
from core.classifier import Classifier
from core.contracts import Objective
from core.params import param


@dataclass(frozen=True)
class FastAdversarial(Objective):
    """mean_i CE(x_i + delta_i), delta_i one sign step of length step_ratio * eps from a uniform start in the ball.

    The step is taken with the network in training mode, as in the authors' code; the start is drawn on the device.
    """

    key = "fast_adversarial"
    title = "Fast adversarial training"
    plain = "Attacks each image with one step while learning, so that the answer holds under small changes."
    cite = "Wong, Rice, Kolter 2020, arXiv 2001.03994"

    eps: float = param(8 / 255, low=0.0, high=64 / 255, title="Strength", unit="/255", help="Largest change of a pixel")
    step_ratio: float = param(1.25, low=0.1, high=2.0, title="Step", help="Step length over the strength")

    def __call__(self, classifier: Classifier, images: Tensor, labels: Tensor) -> tuple[Tensor, Mapping[str, float]]:
        start = (images + torch.empty_like(images).uniform_(-self.eps, self.eps)).clamp(0, 1)
        attacked = ascend(
            lambda x: cross_entropy(classifier(x), labels, reduction="none"),
            images,
            eps=self.eps,
            step=self.step_ratio * self.eps,
            steps=1,
            start=start,
        )
        loss = cross_entropy(classifier(attacked), labels)
        return loss, {"adversarial": loss.item()}


OBJECTIVES: tuple[type[Objective], ...] = (FastAdversarial,)
