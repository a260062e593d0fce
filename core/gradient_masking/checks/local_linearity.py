"""How far the loss is from what the gradient promises, within the strength."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.ascend import ascend, per_image, random_start
from core.contracts.attack_loss import Loss, margin
from core.evaluation.paired import mean_interval
from core.gradient_masking.checks._rough_surface import suspicious, withstands
from core.gradient_masking.finding import Check, Measured, judged, mean, share
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import UNFORESEEN

STEPS = 10


@dataclass(frozen=True, eq=False)
class Forecast:
    """gamma = max |L(x + d) - L(x) - g . d| and rise = max L(x + d) - L(x) over |d| <= eps, and what g . d promised at
    the latter's d; (N,) each.
    """

    gamma: Tensor
    rise: Tensor
    promised: Tensor


def forecast(loss: Loss, images: Tensor, eps: float, start: Tensor) -> Forecast:
    """Both by ten steps of PGD, each on its own quantity (Qin et al. 2019, eq. 5, for gamma), at the best point met.

    For L = x^2 at 0 the gradient promises nothing and the loss rises by eps^2, all of it unforeseen:

    >>> zero = torch.zeros(1, 1, 1, 1)
    >>> found = forecast(lambda x: x.flatten(1).square().sum(dim=1), zero, 0.5, zero + 0.1)
    >>> [round(each.item(), 4) for each in (found.gamma, found.rise, found.promised)]
    [0.25, 0.25, 0.0]
    """
    with torch.enable_grad():
        inputs = images.detach().requires_grad_(True)
        at = loss(inputs)
        (slope,) = torch.autograd.grad(at.sum(), inputs)
    here, slope = at.detach(), slope.detach()

    def largest(quantity: Loss) -> tuple[Tensor, Tensor]:
        best, there = torch.zeros_like(here), images

        def look(current: Tensor) -> Tensor:
            nonlocal best, there
            values = quantity(current)
            there = torch.where(per_image(values.detach() > best), current.detach(), there)
            best = torch.maximum(best, values.detach())
            return values

        last = ascend(look, images, eps=eps, step=eps / 4, steps=STEPS, start=start)
        with torch.no_grad():
            look(last)
        return best, there

    def promise(current: Tensor) -> Tensor:
        return (slope * (current - images)).flatten(1).sum(dim=1)

    gamma, _ = largest(lambda current: (loss(current) - here - promise(current)).abs())
    rise, there = largest(lambda current: loss(current) - here)
    return Forecast(gamma, rise, promise(there))


def measure(subject: Subject) -> Measured:
    """Of the answer's lead, which does not saturate by itself; images on which it cannot be lowered are left out."""
    generator = subject.generator("linearity")

    def relative(images: Tensor, labels: Tensor) -> Tensor:
        start = random_start(images, subject.eps, math.inf, generator)
        found = forecast(lambda x: -margin(subject.classifier(x), labels), images, subject.eps, start)
        unforeseen = (1 - found.promised / found.rise).clamp(0, 1)
        return torch.stack([found.gamma / found.rise, unforeseen], dim=1)

    both = subject.each(relative)
    known = both[torch.isfinite(both).all(dim=1)]
    if len(known) < 2:
        return Measured("unknown", "Hardly any image's answer loses any of its lead within the strength.")
    gamma, unforeseen = (mean_interval(known[:, place].tolist()) for place in (0, 1))
    held = withstands(subject)
    verdict, meaning = suspicious(judged(unforeseen[1], unforeseen[2], UNFORESEEN), held)
    said = (
        f"Of the harm that ten steps within the strength do to the lead of the answer, {100 * unforeseen[0]:.0f} % was "
        f"not foretold by the gradient, on average: {meaning}."
    )
    values = {"relative_gamma": mean(gamma, len(known)), "unforeseen": mean(unforeseen, len(known)),
              "withstand_gradients": share(held)}  # fmt: skip
    return Measured(verdict, said, values)


CHECK = Check(
    "local_linearity", "The gradient foretells what happens nearby", "Qin et al. 2019, arXiv 1907.02610 (LLR)", measure
)
