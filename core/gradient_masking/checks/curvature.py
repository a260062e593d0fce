"""How strongly the loss bends around an image, beside how steep it is."""

import math

import torch
from torch import Tensor

from core.evaluation.paired import mean_interval
from core.gradient_masking.checks._rough_surface import suspicious, withstands
from core.gradient_masking.finding import Check, Measured, judged, mean, share
from core.gradient_masking.hessian import largest_eigenvalue
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import CURVED
from core.gradient_masking.walk import LOSSES, gradient


def measure(subject: Subject) -> Measured:
    """lambda, the largest eigenvalue, and bend = |lambda| n eps^2 / 2 over eps |g|_1, n values in an image.

    That is the most that the bend may add on the way to a corner of the box, over what the slope promises there. The
    mean of its logarithm is judged, as it spans orders of magnitude.
    """
    generator = subject.generator("hessian")

    def bend(images: Tensor, labels: Tensor) -> Tensor:
        value = largest_eigenvalue(lambda x: LOSSES["careful"](subject.classifier(x), labels), images,
                                   generator=generator)  # fmt: skip
        slope = gradient(subject.classifier, images, labels, "careful").flatten(1).abs().sum(dim=1)
        added = value.abs() * images[0].numel() * subject.eps / 2
        return torch.stack([value, torch.where(slope > 0, added / slope, torch.nan)], dim=1)

    found = subject.each(bend).double()
    values, known = found[:, 0], found[:, 1][~found[:, 1].isnan()]
    eigenvalue = {"eigenvalue": mean(mean_interval(values.tolist()), subject.count),
                  "median": float(values.median())}  # fmt: skip
    if len(known) < 2:
        return Measured(
            "unknown", "There is hardly any slope beside which the bend of the loss could be seen.", eigenvalue
        )
    middle, low, high = mean_interval(known.clamp_min(1e-12).log().tolist())
    held = withstands(subject)
    verdict, meaning = suspicious(judged(low, high, math.log(CURVED)), held)
    said = (
        f"The loss bends with a largest eigenvalue of {values.median():.3g} (median), which may add within the "
        f"strength up to {math.exp(middle):.2g} times what the slope promises: {meaning}."
    )
    ratio = mean((math.exp(middle), math.exp(low), math.exp(high)), len(known))
    return Measured(verdict, said, {**eigenvalue, "bend": ratio, "withstand_gradients": share(held)})


CHECK = Check(
    "curvature", "The loss bends no more than its slope can show",
    "Moosavi-Dezfooli et al. 2019, arXiv 1811.09716 (CURE)", measure,
)  # fmt: skip
