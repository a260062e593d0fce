"""Whether the gradient at an image points where that of its neighbourhood does."""

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from core.evaluation.paired import mean_interval
from core.gradient_masking.checks._rough_surface import suspicious, withstands
from core.gradient_masking.finding import Check, Measured, judged, mean, share
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import COSINE
from core.gradient_masking.walk import gradient


def measure(subject: Subject) -> Measured:
    """The cosine of the careful loss's gradients at x and x + U(-eps, eps); images without a gradient are left out."""
    generator = subject.generator("neighbour")

    def agreement(images: Tensor, labels: Tensor) -> Tensor:
        noise = (torch.rand(images.shape, generator=generator) * 2 - 1).to(images) * subject.eps
        here, near = (gradient(subject.classifier, at, labels, "careful").flatten(1) for at in (images, images + noise))
        defined = (here.norm(dim=1) > 0) & (near.norm(dim=1) > 0)
        return torch.where(defined, cosine_similarity(here.double(), near.double(), eps=1e-300), torch.nan)

    found = subject.each(agreement)
    known = found[~found.isnan()]
    if len(known) < 2:
        return Measured("unknown", "There are hardly any gradients whose directions could be compared.",
                        {"without_gradient": int(found.isnan().sum())})  # fmt: skip
    middle, low, high = mean_interval(known.tolist())
    held = withstands(subject)
    verdict, meaning = suspicious(judged(-high, -low, -COSINE), held)
    said = (
        f"The gradient at an image and at a random point within the strength agree with cosine {middle:.2f} on average "
        f"(1: same direction, 0: unrelated): {meaning}."
    )
    values = {"cosine": mean((middle, low, high), len(known)), "without_gradient": int(found.isnan().sum()),
              "withstand_gradients": share(held)}  # fmt: skip
    return Measured(verdict, said, values)


CHECK = Check(
    "gradient_agreement", "Gradients nearby point the same way",
    "Andriushchenko, Flammarion 2020, arXiv 2007.02617 (GradAlign)", measure,
)  # fmt: skip
