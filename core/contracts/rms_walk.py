"""The one walk of Woods, Chen, Teuscher (2019): up a loss, or back to the image, in steps that get shorter, by RMS."""

from collections.abc import Callable

import torch
from torch import Tensor

from core.contracts.ascend import laid_out, per_image
from core.contracts.classifier import Classifier
from core.contracts.finite import expect_finite

TINY = 1e-8
Climb = Callable[[Tensor], Tensor]  # logits (N, K) -> what is climbed (N,)
Onward = Callable[[Tensor, Tensor], Tensor]  # logits (N, K), sizes (N,) -> (N,) bool: climb on, else back to the image
Look = Callable[[int, Tensor, Tensor, Tensor], None]  # step, change (N, C, H, W), its size (N,), onward (N,) bool


def rms(change: Tensor) -> Tensor:
    """Root mean square over all values of each image: (N, C, H, W) -> (N,).

    >>> rms(torch.tensor([[[[3.0, -4.0, 0.0, 0.0]]]])).tolist()
    [2.5]
    """
    return change.flatten(1).square().mean(dim=1).sqrt()


def rms_walk(
    classifier: Classifier, images: Tensor, climb: Climb, onward: Onward, *, eps: float, steps: int,
    momentum: float = 0.0, look: Look | None = None,
) -> Tensor:  # fmt: skip
    """The change (N, C, H, W) of images (N, C, H, W) in [0, 1] after so many steps from none.

    Step t = 0 ... N - 1 has length eta_t = eps (N - t) / (N (N + 1) / 2) in RMS; they add up to eps. Its direction is
    the gradient of `climb` where `onward` says so and minus the change elsewhere, brought to RMS 1; with momentum m it
    is averaged, d <- m d + (1 - m) direction. Nothing keeps image plus change in [0, 1], as in the authors' code.

    look: told every point before it is left, and with step N the last one, which takes one more pass.
    """
    change, gathered = torch.zeros_like(images), torch.zeros_like(images)
    images = laid_out(images)
    for step in range(steps + (look is not None)):
        moved = change.detach().requires_grad_(True)
        with torch.enable_grad():
            logits = classifier(images + moved)
            (gradient,) = torch.autograd.grad(climb(logits).sum(), moved)
        size = rms(change)
        going = onward(expect_finite(logits.detach(), "the model's answer"), size)
        if look is not None:
            look(step, change, size, going)
        if step == steps:
            break
        direction = torch.where(per_image(going), gradient, -change)
        direction = direction / per_image(rms(direction) + TINY)
        gathered = momentum * gathered + (1 - momentum) * direction
        change = change + eps * (steps - step) / (steps * (steps + 1) / 2) * gathered
    return change
