"""The diverse inputs iterative fast gradient sign method, DI2-FGSM (Xie et al. 2019, arXiv 1803.06978)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from core.base.params import param
from core.contracts.ascend import OnStep, ascend
from core.contracts.attack import Attack, LinfAttack
from core.contracts.attack_loss import attack_loss
from core.contracts.classifier import Classifier


def shrunk(images: Tensor, resize_rate: float, generator: torch.Generator) -> tuple[Tensor, float]:
    """The images (N, C, H, W), all made smaller by the same draw and padded with black at random, and another draw.

    The longer side becomes a whole number from `resize_rate` of itself to one pixel less than itself, drawn uniformly,
    and the other one in proportion (bilinear). The second value is uniform in [0, 1). A side of one pixel stays.

    >>> found, _ = shrunk(torch.ones(1, 1, 4, 4), 0.7, torch.Generator())  # may become 2 or 3 pixels wide
    >>> found.shape, found.sum().item() in (4.0, 9.0)
    (torch.Size([1, 1, 4, 4]), True)
    """
    height, width = images.shape[2:]
    longer = max(height, width)
    least = max(int(longer * resize_rate), 1)
    size = _draw(least, max(longer, least + 1), generator)
    new = [max(round(side * size / longer), 1) for side in (height, width)]
    below, right = height - new[0], width - new[1]
    top, left = _draw(0, max(below, 1), generator), _draw(0, max(right, 1), generator)
    small = interpolate(images, size=new, mode="bilinear", align_corners=False)
    return pad(small, [left, right - left, top, below - top]), torch.rand(1, generator=generator).item()


@dataclass(frozen=True)
class DIFGSM(LinfAttack):
    """MI-FGSM whose every gradient is, with `probability`, that at the images made smaller and padded (section 3).

    x_{t+1} = Clip_{x, eps}(x_t + step sign(g_{t+1})), g_{t+1} = decay g_t + grad CE(T(x_t)) / |grad CE(T(x_t))|_1,
    where T is `shrunk` or nothing. With decay 1 it is the paper's M-DI2-FGSM, with decay 0 its DI2-FGSM. The paper
    makes 299 pixels into 299 to 329 of 330; networks here take one size, so that the same proportions, 0.9 to 1, are
    those of their own size, as in torchattacks. One draw a step serves all images of a batch, as in the authors' code:
    an image by itself meets the same as in a batch.

    With probability 0 it is MI-FGSM, and the second pixel, which matters to neither score, stays. With probability 1
    the two pixels are made into one that is their mean, and lies to the left: both fall.

    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[4.0, 0.0]]], [[[0.0, 0.0]]]])
    >>> image, label = torch.full((1, 1, 1, 2), 0.5), torch.tensor([0])
    >>> for probability in (0.0, 1.0):
    ...     attack = DIFGSM(eps=0.25, step=0.0625, steps=3, probability=probability)
    ...     attack(model, image, label).flatten().tolist()
    [0.3125, 0.5]
    [0.3125, 0.3125]
    """

    key = "di_fgsm"
    title = "DI2-FGSM"
    plain = (
        "Takes small steps, each worked out on the picture as it is or a little smaller, which tends to fool other "
        "networks too."
    )
    cite = "Xie et al. 2019, arXiv 1803.06978"

    step: float = param(2 / 255, low=0.1 / 255, high=16 / 255, title="Step", unit="/255", help="Change at each step")
    steps: int = param(10, low=1, high=500, title="Steps", help="How many steps to take")
    decay: float = param(1.0, low=0.0, high=2.0, title="Memory", help="How much of the earlier directions is kept")
    probability: float = param(
        0.5, low=0.0, high=1.0, title="How often", help="The share of steps for which the picture is made smaller"
    )
    resize_rate: float = param(
        0.9, low=0.1, high=0.99, title="Smallest size", help="The smallest size, as a share of the picture's own"
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
        generator = torch.Generator().manual_seed(seed)
        plain = attack_loss(classifier, labels, targets)

        def loss(current: Tensor) -> Tensor:
            small, draw = shrunk(current, self.resize_rate, generator)
            return plain(small if draw < self.probability else current)

        return ascend(
            loss, images, eps=self.eps, step=self.step, steps=self.steps, momentum=self.decay, on_step=on_step
        )


def _draw(low: int, high: int, generator: torch.Generator) -> int:
    """A whole number from low to high - 1. Drawn on the CPU, so that a seed means the same on every device."""
    return int(torch.randint(low, high, (1,), generator=generator, dtype=torch.int32))


ATTACKS: tuple[type[Attack], ...] = (DIFGSM,)
