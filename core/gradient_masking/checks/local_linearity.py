"""How far the loss is from what the gradient promises, within the strength."""

import math

import torch
from torch import Tensor

from core.contracts.ascend import ascend, random_start
from core.contracts.attack_loss import Loss, margin
from core.evaluation.paired import mean_interval
from core.gradient_masking.checks._rough_surface import suspicious, withstands
from core.gradient_masking.finding import Check, Measured, judged, mean, share
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import NONLINEAR

STEPS = 10


def forecast_error(loss: Loss, images: Tensor, eps: float, start: Tensor) -> tuple[Tensor, Tensor]:
    """gamma = max |L(x + d) - L(x) - g . d| over |d| <= eps, and the largest |L(x + d) - L(x)| that was met, (N,) each.

    Both by ten steps of PGD, each on its own quantity (Qin et al. 2019, eq. 5, for the first), at the best point met.

    For L = x^2 at 0 the gradient promises nothing and the loss changes by eps^2, all of it unforeseen:

    >>> square = lambda x: x.flatten(1).square().sum(dim=1)
    >>> zero = torch.zeros(1, 1, 1, 1)
    >>> gamma, change = forecast_error(square, zero, 0.5, zero + 0.1)
    >>> round(gamma.item(), 4), round(change.item(), 4)
    (0.25, 0.25)
    """
    with torch.enable_grad():
        inputs = images.detach().requires_grad_(True)
        at = loss(inputs)
        (slope,) = torch.autograd.grad(at.sum(), inputs)
    here, slope = at.detach(), slope.detach()

    def largest(promised: float) -> Tensor:
        best = torch.zeros_like(here)

        def off(current: Tensor) -> Tensor:
            nonlocal best
            told = promised * (slope * (current - images)).flatten(1).sum(dim=1)
            values = (loss(current) - here - told).abs()
            best = torch.maximum(best, values.detach())
            return values

        last = ascend(off, images, eps=eps, step=eps / 4, steps=STEPS, start=start)
        with torch.no_grad():
            off(last)
        return best

    return largest(1.0), largest(0.0)


def measure(subject: Subject) -> Measured:
    """Of the lead of the answer, which has no saturation of its own."""
    generator = subject.generator("linearity")

    def relative(images: Tensor, labels: Tensor) -> Tensor:
        start = random_start(images, subject.eps, math.inf, generator)
        gamma, change = forecast_error(lambda x: margin(subject.classifier(x), labels), images, subject.eps, start)
        return gamma / change.clamp_min(1e-30)

    found = subject.each(relative)
    middle, low, high = mean_interval(found.tolist())
    held = withstands(subject)
    verdict, meaning = suspicious(judged(low, high, NONLINEAR), held)
    said = (
        f"Within the strength, what the gradient promises is off by {100 * middle:.0f} % of the largest change of the "
        f"answer's lead, on average: {meaning}."
    )
    values = {"relative_gamma": mean((middle, low, high), subject.count), "withstand_gradients": share(held)}
    return Measured(verdict, said, values)


CHECK = Check(
    "local_linearity", "The gradient foretells what happens nearby", "Qin et al. 2019, arXiv 1907.02610 (LLR)", measure
)
