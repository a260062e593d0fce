"""The momentum iterative fast gradient sign method (Dong et al. 2018, arXiv 1710.06081)."""

from dataclasses import dataclass

from torch import Tensor

from core.base.params import param
from core.contracts.ascend import OnStep, ascend
from core.contracts.attack import Attack, LinfAttack
from core.contracts.attack_loss import attack_loss
from core.contracts.classifier import Classifier


@dataclass(frozen=True)
class MIFGSM(LinfAttack):
    """x_{t+1} = Clip_{x, eps}(x_t + step sign(g_{t+1})) (eq. 7), g_{t+1} = decay g_t + grad CE / |grad CE|_1 (eq. 6).

    |.|_1 is the mean of the absolute values, as in the authors' code: another constant, the same signs.

    The scores of class 0 and class 1 are 4 * (first pixel) and 0, so on every step the first pixel falls by the step
    and the second, which matters to neither, stays:

    >>> import torch
    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[4.0, 0.0]]], [[[0.0, 0.0]]]])
    >>> attack = MIFGSM(eps=0.25, step=0.0625, steps=3)
    >>> attack(model, torch.full((1, 1, 1, 2), 0.5), torch.tensor([0])).flatten().tolist()
    [0.3125, 0.5]
    """

    key = "mi_fgsm"
    title = "MI-FGSM"
    plain = (
        "Takes small steps that remember where the earlier ones were heading, which tends to fool other networks too."
    )
    cite = "Dong et al. 2018, arXiv 1710.06081"

    step: float = param(2 / 255, low=0.1 / 255, high=16 / 255, title="Step", unit="/255", help="Change at each step")
    steps: int = param(10, low=1, high=500, title="Steps", help="How many steps to take")
    decay: float = param(1.0, low=0.0, high=2.0, title="Memory", help="How much of the earlier directions is kept")

    def run(
        self,
        classifier: Classifier,
        images: Tensor,
        labels: Tensor,
        targets: Tensor | None,
        seed: int,
        on_step: OnStep | None,
    ) -> Tensor:
        return ascend(
            attack_loss(classifier, labels, targets), images, eps=self.eps, step=self.step, steps=self.steps,
            momentum=self.decay, on_step=on_step,
        )  # fmt: skip


ATTACKS: tuple[type[Attack], ...] = (MIFGSM,)
