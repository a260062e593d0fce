"""Random noise must not find wrong answers where gradients find none."""

import torch
from torch import Tensor

from core.gradient_masking.checks._beyond_gradients import beyond
from core.gradient_masking.finding import Check, Measured
from core.gradient_masking.subject import Subject
from core.gradient_masking.walk import right

DRAWS = 50  # for each image, every other one with all of the strength in every value


def measure(subject: Subject) -> Measured:
    """Noise on the images that PGD leaves right: uniform within the strength, or its whole size with random signs."""
    generator, rows = subject.generator("noise"), subject.standing()

    def survives(images: Tensor, labels: Tensor) -> Tensor:
        kept = torch.ones(len(labels), dtype=torch.bool)
        for draw in range(DRAWS):
            noise = torch.rand(images.shape, generator=generator) * 2 - 1
            noise = (noise.sign() if draw % 2 else noise) * subject.eps
            kept &= right(subject.classifier, (images + noise.to(images)).clamp(0, 1), labels)
        return kept

    left = torch.ones(subject.count, dtype=torch.bool)
    if len(rows):
        left[rows] = subject.each(survives, rows)
    found = beyond(subject, left, f"one of {DRAWS} draws of random noise")
    return Measured(found.verdict, found.said, {**found.values, "draws": DRAWS})


CHECK = Check(
    "random_noise", "Random noise finds nothing that gradients do not", "Athalye et al. 2018, arXiv 1802.00420", measure
)
