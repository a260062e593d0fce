"""Projected gradient descent in an L-infinity ball (Madry et al. 2018, arXiv 1706.06083)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.ascend import OnStep, ascend, random_start
from core.contracts.attack import Attack, LinfAttack
from core.contracts.attack_loss import attack_loss
from core.contracts.classifier import Classifier


@dataclass(frozen=True)
class PGD(LinfAttack):
    """x_{t+1} = Proj_{[0, 1] and |x' - x|_inf <= eps}(x_t + step sign(grad CE(x_t, y))), from a random start."""

    key = "pgd"
    title = "PGD"
    plain = "Takes many small steps towards a wrong answer, never changing any pixel by more than the strength."
    cite = "Madry et al. 2018, arXiv 1706.06083"

    step: float = param(2 / 255, low=0.1 / 255, high=16 / 255, title="Step", unit="/255", help="Change at each step")
    steps: int = param(20, low=1, high=500, title="Steps", help="How many steps to take")
    random_start: bool = param(True, title="Random start", help="Begin at a random point within the strength")

    def run(
        self,
        classifier: Classifier,
        images: Tensor,
        labels: Tensor,
        targets: Tensor | None,
        seed: int,
        on_step: OnStep | None,
    ) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        start = random_start(images, self.eps, self.norm, generator) if self.random_start else images
        return ascend(
            attack_loss(classifier, labels, targets), images, eps=self.eps, step=self.step, steps=self.steps,
            start=start, on_step=on_step,
        )  # fmt: skip


ATTACKS: tuple[type[Attack], ...] = (PGD,)
