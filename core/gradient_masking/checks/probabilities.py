"""Whether the model puts out probabilities where scores are expected: a second softmax flattens every gradient."""

import torch
from torch import Tensor

from core.base.proportion import Proportion
from core.gradient_masking.finding import Check, Measured, share
from core.gradient_masking.subject import Subject

MEANING = {
    True: "gradients of a loss that takes them for scores are flattened, and attacks find too little",
    False: "the loss of an attack gets what it expects",
}


def measure(subject: Subject) -> Measured:
    """It fails where every image's scores lie in [0, 1] and sum to 1."""

    @torch.no_grad()
    def sums(images: Tensor, _: Tensor) -> Tensor:
        scores = subject.classifier(images)
        inside = (scores > -1e-5).all(dim=1) & (scores < 1 + 1e-5).all(dim=1)
        return inside & ((scores.sum(dim=1) - 1).abs() < 1e-5)

    found = Proportion(int(subject.each(sums).sum()), subject.count)
    all_do = found.hits == found.count
    said = (
        f"On {found.hits} of {found.count} images what comes out is probabilities instead of scores: {MEANING[all_do]}."
    )
    return Measured("fail" if all_do else "pass", said, {"probabilities": share(found)})


CHECK = Check("probabilities", "Scores come out, not probabilities", "Croce, Hein 2020, arXiv 2003.01690", measure)
