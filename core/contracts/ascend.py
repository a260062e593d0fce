"""The one inner maximisation: projected gradient ascent inside a norm ball, cancellable after every step."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.attack_loss import Loss


@dataclass(frozen=True, eq=False)
class AttackStep:
    """What one step of an attack saw, before it moved: step `index` (from 0) of `total` (0: unknown)."""

    index: int
    total: int
    images: Tensor
    loss: Tensor


OnStep = Callable[[AttackStep], None]


def per_image(values: Tensor) -> Tensor:
    """(N,) -> (N, 1, 1, 1)."""
    return values.view(-1, 1, 1, 1)


def laid_out(images: Tensor) -> Tensor:
    """The images (N, C, H, W) in the memory order in which convolutions are faster: on a CPU, channels last."""
    return images.contiguous(memory_format=torch.channels_last) if images.device.type == "cpu" else images


def project(images: Tensor, centre: Tensor, eps: float | Tensor, norm: float) -> Tensor:
    """The nearest points to `images` within `eps` of `centre` in `norm` (inf or 2), then clipped to [0, 1].

    eps: a number, or for inf a map of what each value may change by, of a shape that broadcasts to that of the images.

    >>> project(torch.full((1, 1, 1, 1), 0.9), torch.full((1, 1, 1, 1), 0.5), 0.1, math.inf).item()
    0.6000000238418579
    >>> project(torch.full((1, 1, 1, 2), 0.9), torch.full((1, 1, 1, 2), 0.5), torch.tensor([0.25, 0.0]), math.inf)
    tensor([[[[0.7500, 0.5000]]]])
    """
    if norm == math.inf:
        return images.clamp(centre - eps, centre + eps).clamp(0, 1)
    if isinstance(eps, Tensor):
        raise ValueError("expected a number as the bound in norm 2, got a map: those are for inf")
    change = images - centre
    length = change.flatten(1).norm(dim=1).clamp_min(1e-12)
    return (centre + change * per_image((eps / length).clamp_max(1.0))).clamp(0, 1)


def random_start(images: Tensor, eps: float, norm: float, generator: torch.Generator) -> Tensor:
    """A point in the ball around each image, clipped to [0, 1]: see `random_change`."""
    return (images + random_change(images.shape, eps, norm, generator).to(images)).clamp(0, 1)


def random_change(shape: tuple[int, ...], eps: float, norm: float, generator: torch.Generator) -> Tensor:
    """Changes (N, C, H, W) within the ball: uniform in the cube for inf; a uniform direction and radius for 2.

    Drawn on the CPU, so that a seed means the same on every device.
    """
    if norm == math.inf:
        return torch.empty(shape).uniform_(-eps, eps, generator=generator)
    change = torch.empty(shape).normal_(generator=generator)
    radius = torch.empty(shape[0]).uniform_(0, 1, generator=generator)
    return change * per_image(radius / change.flatten(1).norm(dim=1)) * eps


def ascend(
    loss: Loss,
    images: Tensor,
    *,
    eps: float | Tensor,
    step: float,
    steps: int,
    norm: float = math.inf,
    start: Tensor | None = None,
    momentum: float | None = None,
    smooth: Callable[[Tensor], Tensor] | None = None,
    on_step: OnStep | None = None,
) -> Tensor:
    """Raise `loss` inside the ball of radius `eps` around `images`; returns the last point, detached.

    loss: (N, C, H, W) -> (N,), one value an image. eps: for inf also a map of what each value may change by, as in
    `project`. start: where to begin (default: `images` itself).
    norm: inf steps along the gradient's sign, 2 along the gradient of unit length.
    momentum: None, or the decay of an accumulated gradient, each added with mean absolute value 1 (MI-FGSM, arXiv
    1710.06081, eq. 6). smooth: (N, C, H, W) -> (N, C, H, W), done to every gradient before it is accumulated.
    on_step is called before every move and may raise to cancel.

    >>> ascend(lambda x: x.flatten(1).sum(1), torch.zeros(1, 1, 1, 2), eps=0.3, step=0.2, steps=3).flatten().tolist()
    [0.30000001192092896, 0.30000001192092896]
    """
    if norm not in (math.inf, 2):
        raise ValueError(f"expected norm inf or 2, got {norm}")
    images = laid_out(images.detach())
    current = images if start is None else laid_out(start.detach())
    gathered = torch.zeros_like(current)
    for index in range(steps):
        current = current.detach().requires_grad_(True)
        with torch.enable_grad():
            values = loss(current)
            (gradient,) = torch.autograd.grad(values.sum(), current)
        if on_step is not None:
            on_step(AttackStep(index, steps, current.detach(), values.detach()))
        gradient = gradient.detach() if smooth is None else smooth(gradient.detach())
        if momentum is not None:
            gradient = gradient / per_image(gradient.abs().flatten(1).mean(dim=1).clamp_min(1e-30))
            gathered = momentum * gathered + gradient
            gradient = gathered
        if norm == math.inf:
            direction = gradient.sign()
        else:
            direction = gradient / per_image(gradient.flatten(1).norm(dim=1) + 1e-10)
        current = project(current.detach() + step * direction, images, eps, norm)
    return current.detach().contiguous()
