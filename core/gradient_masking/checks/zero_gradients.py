"""At how many images there is no gradient at all."""

import math

import torch
from torch import Tensor

from core.base.proportion import Proportion
from core.contracts.attack_loss import without_gradient
from core.gradient_masking.finding import Check, Measured, judged, share, worst
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import NO_GRADIENT
from core.gradient_masking.walk import gradient

MEANING = {
    "pass": "attacks have something to follow",
    "fail": "there an attack that follows gradients stands still, and that it finds nothing says nothing",
    "unknown": "too few images tell how often attacks have nothing to follow",
}


def measure(subject: Subject) -> Measured:
    def level(images: Tensor, labels: Tensor) -> Tensor:
        found = gradient(subject.classifier, images, labels, "textbook").flatten(1)
        return (found == 0).all(dim=1) | ~torch.isfinite(found).all(dim=1)

    zero = subject.each(level)
    none = subject.each(lambda x, y: without_gradient(subject.classifier, x, y, math.inf, subject.eps))
    textbook, careful = (Proportion(int(found.sum()), subject.count) for found in (zero, none))
    verdict = worst(judged(*found.interval, NO_GRADIENT) for found in (textbook, careful))
    said = (
        f"At {textbook.hits} of {subject.count} images the gradient of the textbook loss is exactly zero, and at "
        f"{careful.hits} even the lead of the answer over the others has none: {MEANING[verdict]}."
    )
    return Measured(verdict, said, {"textbook": share(textbook), "careful": share(careful)})


CHECK = Check("zero_gradients", "There is a gradient to follow", "Pintor et al. 2021, arXiv 2106.09947", measure, "I1")
