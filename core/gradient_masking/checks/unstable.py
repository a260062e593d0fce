"""Whether tiny random noise changes the answer's lead: an attack cannot follow a loss that jumps about."""

import torch
from torch import Tensor

from core.contracts.attack_loss import margin
from core.evaluation.paired import mean_interval
from core.gradient_masking.checks._rough_surface import suspicious, withstands
from core.gradient_masking.finding import Check, Measured, judged, mean, share
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import UNSTABLE

DRAWS, RADIUS = 100, 8 / 255


def measure(subject: Subject) -> Measured:
    """The mean over draws u of U(-1/2, 1/2) 8/255 of |m(x + u) - m(x)| / |m(x)|, m the lead, at most 1 for an image.

    It counts only where gradient attacks leave much right, as it may explain why they do. The authors cut the mean over
    images at 1; here each image is cut, so that one with next to no lead does not decide.
    """
    generator = subject.generator("unstable")

    @torch.no_grad()
    def change(images: Tensor, labels: Tensor) -> Tensor:
        before = margin(subject.classifier(images), labels)
        total = torch.zeros_like(before)
        for _ in range(DRAWS):
            noise = (torch.rand(images.shape, generator=generator) - 0.5).to(images) * RADIUS
            total += (margin(subject.classifier(images + noise), labels) - before).abs()
        return (total / DRAWS / before.abs().clamp_min(1e-30)).clamp_max(1.0)

    found = mean_interval(subject.each(change).tolist())
    held = withstands(subject)
    verdict, meaning = suspicious(judged(found[1], found[2], UNSTABLE), held)
    said = (
        f"Noise too weak to see changes the lead of the right answer by {100 * found[0]:.1f} % on average: {meaning}."
    )
    return Measured(verdict, said, {"relative_change": mean(found, subject.count), "withstand_gradients": share(held)})


CHECK = Check("unstable", "Tiny noise changes the scores little", "Pintor et al. 2021, arXiv 2106.09947", measure, "I2")
