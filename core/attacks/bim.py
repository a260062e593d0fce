"""The basic iterative method (Kurakin, Goodfellow, Bengio 2017, arXiv 1607.02533)."""

from dataclasses import dataclass

from torch import Tensor

from core.base.params import param
from core.contracts.ascend import OnStep, ascend
from core.contracts.attack import Attack, LinfAttack
from core.contracts.attack_loss import attack_loss
from core.contracts.classifier import Classifier


@dataclass(frozen=True)
class BIM(LinfAttack):
    """x_{t+1} = Clip_{x, eps}(x_t + step sign(grad CE(x_t, y))), from x_0 = x (section 2.2): FGSM in small steps.

    On a linear two-class model with weights (1, -2), five steps of 0.0625 would move every pixel by 0.3125 against its
    weight: the first is cut to 0.25, the second stops at the white it meets on the way. Three move it by 0.1875:

    >>> import torch
    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[1.0, -2.0]]], [[[0.0, 0.0]]]])
    >>> BIM(eps=0.25, step=0.0625, steps=5)(model, torch.tensor([[[[0.5, 0.875]]]]), torch.tensor([0])).tolist()
    [[[[0.25, 1.0]]]]
    >>> BIM(eps=0.25, step=0.0625, steps=3)(model, torch.tensor([[[[0.5, 0.5]]]]), torch.tensor([0])).tolist()
    [[[[0.3125, 0.6875]]]]
    """

    key = "bim"
    title = "BIM"
    plain = "Takes several small steps towards a wrong answer, beginning at the picture itself."
    cite = "Kurakin, Goodfellow, Bengio 2017, arXiv 1607.02533"

    step: float = param(2 / 255, low=0.1 / 255, high=16 / 255, title="Step", unit="/255", help="Change at each step")
    steps: int = param(10, low=1, high=500, title="Steps", help="How many steps to take")

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
        return ascend(loss, images, eps=self.eps, step=self.step, steps=self.steps, on_step=on_step)


ATTACKS: tuple[type[Attack], ...] = (BIM,)
