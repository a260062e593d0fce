"""Projected gradient descent in an L2 ball (Madry et al. 2018, arXiv 1706.06083)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.ascend import OnStep, ascend, random_start
from core.contracts.attack import Attack
from core.contracts.attack_loss import attack_loss
from core.contracts.classifier import Classifier


@dataclass(frozen=True)
class PGDL2(Attack):
    """x_{t+1} = Proj_{[0, 1] and |x' - x|_2 <= eps}(x_t + step g / |g|_2), g = grad CE(x_t, y).

    The random start is a uniform direction at a uniform radius, as in torchattacks. Distances are in units of one
    pixel's full range: 1.0 is one grey pixel turned from black to white.

    On a linear two-class model with weights (3, -4) the picture moves along (-3, 4) / 5, for two steps of 0.25:

    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    >>> attack = PGDL2(eps=0.5, step=0.25, steps=2, random_start=False)
    >>> found = attack(model, torch.full((1, 1, 1, 2), 0.5), torch.tensor([0]))
    >>> [round(value, 5) for value in found.flatten().tolist()]
    [0.2, 0.9]
    """

    key = "pgd_l2"
    title = "PGD (L2)"
    plain = "Takes many small steps towards a wrong answer, limiting the total change rather than that of each pixel."
    cite = "Madry et al. 2018, arXiv 1706.06083"
    norm = 2

    eps: float = param(
        0.5, low=0.0, high=20.0, title="Strength",
        help="Largest total change: root of the summed squares over all pixels, each pixel running from 0 to 1",
    )  # fmt: skip
    step: float = param(0.1, low=0.001, high=10.0, title="Step", help="Total change at each step, in the same unit")
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
            norm=self.norm, start=start, on_step=on_step,
        )  # fmt: skip


ATTACKS: tuple[type[Attack], ...] = (PGDL2,)
