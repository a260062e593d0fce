"""The Square Attack (Andriushchenko et al. 2020, arXiv 1912.00049), run by torchattacks."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.attacks._torchattacks import LIBRARY, borrowed
from core.base.params import param
from core.contracts.ascend import OnStep
from core.contracts.attack import Attack, LinfAttack
from core.contracts.classifier import Classifier


@dataclass(frozen=True)
class Square(LinfAttack):
    """Random search without gradients (algorithms 1 and 2): squares of +-eps, smaller and smaller, kept if they help.

    It lowers the lead of the label over the other classes, or of the other classes over the target, and ends when the
    answer changes. Returned is the best point met (the library itself hands back the clean image when it fails).
    """

    key = "square"
    title = "Square"
    plain = "Never looks inside the network: tries coloured squares at random and keeps those that make it less sure."
    cite = "Andriushchenko et al. 2020, arXiv 1912.00049"
    gradient_based = False
    library = LIBRARY

    queries: int = param(
        1000, low=1, high=20000, title="Tries", help="How often it may ask the network; published results use 5000"
    )
    p_init: float = param(
        0.8, low=0.01, high=1.0, title="First size", help="The share of the picture that the first squares cover"
    )

    def run(
        self,
        classifier: Classifier,
        images: Tensor,
        labels: Tensor,
        targets: Tensor | None,
        seed: int,
        on_step: OnStep | None,
    ) -> Tensor:
        import torchattacks

        attack = torchattacks.Square(
            borrowed(classifier), norm="Linf", eps=self.eps, n_queries=self.queries, p_init=self.p_init
        )
        attack.targeted = targets is not None
        attack.init_hyperparam(images)
        _, best = attack.attack_single_run(images, labels if targets is None else targets)
        return torch.as_tensor(best)


ATTACKS: tuple[type[Attack], ...] = (Square,)
