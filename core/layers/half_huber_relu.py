"""The half-Huber ReLU of Woods, Chen, Teuscher (2019, arXiv 1906.02896): a ReLU whose slope makes no jump."""

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import smooth_l1_loss

from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.layer import Layer
from core.layers._replacing import with_activations

DELTA = 0.5


class HalfHuberReLU(nn.Module):
    """0 for t <= 0, t^2 / (2 d) up to d, t - d / 2 beyond: its slope is clamp(t, 0, d) / d.

    >>> HalfHuberReLU()(torch.tensor([-1.0, 0.25, 0.5, 2.0])).tolist()
    [0.0, 0.0625, 0.25, 1.75]
    """

    d: Tensor

    def __init__(self, delta: float = DELTA) -> None:
        super().__init__()
        self.register_buffer("d", torch.tensor(delta))

    def forward(self, t: Tensor) -> Tensor:
        d = float(self.d)
        if not d > 0:
            raise ValueError(f"the d of a half-Huber ReLU must be above 0, and here it is {d:g}")
        zero = t.new_zeros(()).expand_as(t)  # the smooth L1 loss against it is this formula, in one operation of five
        return smooth_l1_loss(t.relu(), zero, reduction="none", beta=d)


class HalfHuberReLU6(HalfHuberReLU):
    """The same with a ceiling of 6, reached as smoothly as 0 is left: h(t) - h(t - 6).

    >>> HalfHuberReLU6()(torch.tensor([-1.0, 0.5, 6.0, 6.25, 9.0])).tolist()
    [0.0, 0.25, 5.75, 5.9375, 6.0]
    """

    def forward(self, t: Tensor) -> Tensor:
        return super().forward(t) - super().forward(t - 6)


SMOOTH: dict[type[nn.Module], type[HalfHuberReLU]] = {nn.ReLU: HalfHuberReLU, nn.ReLU6: HalfHuberReLU6}


@dataclass(frozen=True)
class HalfHuber(Layer):
    """Every ReLU and ReLU6 module of a network replaced by the half-Huber one with d = `delta`.

    Second derivatives then exist everywhere, which penalties on input gradients use. The weights stay; as all answers
    above d become smaller by d / 2, a network that was trained with ReLUs has to be trained on.
    """

    key = "half_huber_relu"
    title = "Half-Huber ReLU"
    plain = "Replaces the kink in each switch of the network by a smooth bend, so that its sensitivity can be trained."
    cite = "Woods, Chen, Teuscher 2019, arXiv 1906.02896"

    delta: float = param(
        DELTA, low=0.01, high=5.0, step=0.05, title="Width of the bend",
        help="Between 0 and this value the response bends; above, it rises in a straight line",
    )  # fmt: skip

    def put_into(self, classifier: Classifier) -> Classifier:
        made = {relu: partial(smooth, self.delta) for relu, smooth in SMOOTH.items()}
        return with_activations(classifier, made, self.title)


LAYERS: tuple[type[Layer], ...] = (HalfHuber,)
