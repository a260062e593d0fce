"""The translation-invariant fast gradient sign method, TI-FGSM (Dong et al. 2019, arXiv 1904.02884)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from core.base.params import param
from core.contracts.ascend import OnStep, ascend
from core.contracts.attack import Attack, LinfAttack
from core.contracts.attack_loss import attack_loss
from core.contracts.classifier import Classifier


def gaussian(radius: int) -> Tensor:
    """(2 radius + 1,): a Gaussian whose standard deviation is a third of `radius` (pixels, at least 1), of sum 1.

    The weights of a whole kernel, 2 radius + 1 pixels square, are the products of two of these.

    >>> [round(weight, 4) for weight in gaussian(1).tolist()]  # exp(-9 / 2) = 0.0111 beside 1
    [0.0109, 0.9783, 0.0109]
    """
    weights = (-torch.linspace(-3, 3, 2 * radius + 1).double().square() / 2).exp()
    return (weights / weights.sum()).float()


def smoothed(gradient: Tensor, radius: int) -> Tensor:
    """The gradient (N, C, H, W), each channel convolved with the kernel of `gaussian`; outside the picture it is 0."""
    weights = gaussian(radius).to(gradient).repeat(gradient.shape[1], 1, 1, 1)
    across = conv2d(gradient, weights, padding=(0, radius), groups=gradient.shape[1])
    return conv2d(across, weights.transpose(2, 3), padding=(radius, 0), groups=gradient.shape[1])


def usual_radius(height: int, width: int) -> int:
    """The paper's 7 pixels (a kernel of 15) on photographs of 299, in proportion to the shorter side, and at least 2.

    With 1 a Gaussian that ends at three standard deviations would leave 98 % of the middle where it is.

    >>> [usual_radius(side, side) for side in (28, 32, 64, 224, 299)]
    [2, 2, 2, 5, 7]
    """
    return max(round(7 * min(height, width) / 299), 2)


@dataclass(frozen=True)
class TIFGSM(LinfAttack):
    """MI-FGSM of gradients that are smoothed first: x_{t+1} = Clip_{x, eps}(x_t + step sign(g_{t+1})),
    g_{t+1} = decay g_t + W * grad CE / |W * grad CE|_1.

    W, a Gaussian of 2 `radius` + 1 pixels whose standard deviation is radius / 3, stands for the mean over pictures
    moved by a few pixels (section 3.2). As in the authors' code the kernel of 15 pixels is the usual one on photographs
    of 299; on other pictures see `usual_radius`. With decay 1 it is the paper's TI-MI-FGSM, with decay 0 and one step
    its TI-FGSM.

    Only the first of four pixels matters to the scores. A radius of 1 takes its gradient to the second, 2 to the third:

    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[4.0, 0.0, 0.0, 0.0]]], [[[0.0, 0.0, 0.0, 0.0]]]])
    >>> image, label = torch.full((1, 1, 1, 4), 0.5), torch.tensor([0])
    >>> for radius in (1, 2):
    ...     TIFGSM(eps=0.25, step=0.0625, steps=3, radius=radius)(model, image, label).flatten().tolist()
    [0.3125, 0.3125, 0.5, 0.5]
    [0.3125, 0.3125, 0.3125, 0.5]
    """

    key = "ti_fgsm"
    title = "TI-FGSM"
    plain = (
        "Takes small steps in directions that neighbouring pixels share, which tends to fool other networks too, even "
        "defended ones."
    )
    cite = "Dong et al. 2019, arXiv 1904.02884"

    step: float = param(2 / 255, low=0.1 / 255, high=16 / 255, title="Step", unit="/255", help="Change at each step")
    steps: int = param(10, low=1, high=500, title="Steps", help="How many steps to take")
    decay: float = param(1.0, low=0.0, high=2.0, title="Memory", help="How much of the earlier directions is kept")
    radius: int = param(
        0,
        low=0,
        high=30,
        title="Reach",
        help="How many pixels away a pixel still counts; 0: as fits the picture's size",
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
        radius = self.radius or usual_radius(*images.shape[2:])
        return ascend(
            attack_loss(classifier, labels, targets), images, eps=self.eps, step=self.step, steps=self.steps,
            momentum=self.decay, smooth=lambda gradient: smoothed(gradient, radius), on_step=on_step,
        )  # fmt: skip


ATTACKS: tuple[type[Attack], ...] = (TIFGSM,)
