"""Attacks that follow gradients, as the checklist needs them: with their path, by a textbook loss or a careful one.

The textbook's is the plain cross-entropy. Where a network is very sure, that has no gradient in single precision, and
an attack that uses it stands still: this is what masks. The careful one is `label_loss`, as in this project's attacks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal, get_args

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.contracts.ascend import AttackStep, ascend
from core.contracts.attack_loss import label_loss
from core.contracts.classifier import Classifier
from core.contracts.finite import expect_finite

View = Literal["textbook", "careful"]
VIEWS: tuple[View, ...] = get_args(View)
LOSSES: Mapping[View, Callable[[Tensor, Tensor], Tensor]] = MappingProxyType(
    {"textbook": partial(cross_entropy, reduction="none"), "careful": label_loss}
)
STEPS = 40  # of the walk; it goes on to twice as many


@dataclass(frozen=True, eq=False)
class Walk:
    """What became of N images. held, held_later (N,): the answer is still right after STEPS steps and after twice as
    many, asked anew; wrong (2 STEPS, N): the answer was wrong at a point of the path before its last, in the pass that
    the attack made there itself; loss (2 STEPS, N): its loss there. Row STEPS is of the point that `held` is told of.
    """

    held: Tensor
    held_later: Tensor
    wrong: Tensor
    loss: Tensor


def right(classifier: Classifier, images: Tensor, labels: Tensor) -> Tensor:
    """(N,) bool, on the CPU."""
    return (classifier.probabilities(images).argmax(dim=1) == labels.to(classifier.device)).cpu()


def gradient(classifier: Classifier, images: Tensor, labels: Tensor, view: View) -> Tensor:
    """The gradient of each image's loss: (N, C, H, W)."""
    with torch.enable_grad():
        inputs = images.detach().requires_grad_(True)
        (found,) = torch.autograd.grad(LOSSES[view](classifier(inputs), labels).sum(), inputs)
    return found.detach()


def walk(classifier: Classifier, images: Tensor, labels: Tensor, eps: float, view: View, start: Tensor) -> Walk:
    """Steps of a tenth of `eps` along the gradient's sign, from `start`; images on the classifier's device, frozen."""
    wrong: list[Tensor] = []
    losses: list[Tensor] = []
    halfway: list[Tensor] = []

    def loss(current: Tensor) -> Tensor:
        logits = expect_finite(classifier(current), "the model's answer")
        values = LOSSES[view](logits, labels)
        wrong.append((logits.detach().argmax(dim=1) != labels).cpu())
        losses.append(values.detach().cpu())
        return values

    def look(step: AttackStep) -> None:
        if step.index == STEPS:
            halfway.append(step.images)

    last = ascend(loss, images, eps=eps, step=eps / 10, steps=2 * STEPS, start=start, on_step=look)
    return Walk(
        right(classifier, halfway[0], labels), right(classifier, last, labels), torch.stack(wrong), torch.stack(losses)
    )


def held_by(classifier: Classifier, images: Tensor, labels: Tensor, eps: float, view: View, steps: int) -> Tensor:
    """(N,) bool: right after `steps` steps of eps, over `steps` times 2.5, from the image itself; one is FGSM."""
    step = eps if steps == 1 else 2.5 * eps / steps
    moved = ascend(lambda x: LOSSES[view](classifier(x), labels), images, eps=eps, step=step, steps=steps)
    return right(classifier, moved, labels)
