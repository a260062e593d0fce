"""Feature squeezing (Xu, Evans, Qi 2018, arXiv 1704.01155): does the answer change when detail is taken away?"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.detector import Detector, Evidence, Fitted

AT_ONCE = 100  # images that the classifier is asked about together


def fewer_bits(images: Tensor, bits: int) -> Tensor:
    """Each value rounded to the nearest of 2^bits levels from 0 to 1, halves to the even one.

    The authors' `reduce_precision_py`: rint(x (2^bits - 1)) / (2^bits - 1). For an attacker who knows, the gradient is
    let through as if nothing were rounded (BPDA: Athalye, Carlini, Wagner 2018, arXiv 1802.00420).

    >>> fewer_bits(torch.tensor([0.5, 0.51, 0.2]), 1), fewer_bits(torch.tensor([0.5, 0.51, 0.2]), 2)
    (tensor([0., 1., 0.]), tensor([0.6667, 0.6667, 0.3333]))
    """
    levels = 2**bits - 1
    rounded: Tensor = (images * levels).detach().round() / levels
    return images + (rounded - images).detach() if images.requires_grad else rounded


def median(images: Tensor) -> Tensor:
    """The median over 2 x 2 windows of each channel: a pixel and those above, to the left and above left of it.

    Of four values the third smallest, and mirrored at the edges, as in scipy's `median_filter`, which the authors use.

    >>> median(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])).tolist()
    [[[[1.0, 2.0], [3.0, 3.0]]]]
    """
    height, width = images.shape[2:]
    wide = functional.pad(images, (1, 0, 1, 0), mode="replicate")
    windows = [wide[:, :, down : down + height, right : right + width] for down in (0, 1) for right in (0, 1)]
    middle: Tensor = torch.stack(windows).sort(dim=0).values[2]
    return middle


@dataclass(frozen=True, eq=False)
class _Fitted(Fitted):
    bits: int
    tensors: Mapping[str, Tensor] = field(default_factory=dict)

    @torch.no_grad()
    def score(self, classifier: Classifier, evidence: Evidence) -> Tensor:
        parts = []
        with classifier.frozen():
            for rows in torch.split(torch.arange(len(evidence)), AT_ONCE):
                part = evidence[rows]
                parts.append(self.differentiable(classifier, part.images, part.probabilities, part.signatures).cpu())
        return torch.cat(parts) if parts else torch.zeros(0)

    def differentiable(
        self, classifier: Classifier, images: Tensor, probabilities: Tensor, signatures: Tensor
    ) -> Tensor:
        bits = self.bits or (1 if images.shape[1] == 1 else 5)
        own, images = probabilities.to(classifier.device), images.to(classifier.device)
        answers = [classifier(squeezed).softmax(dim=1) for squeezed in (fewer_bits(images, bits), median(images))]
        return torch.stack([(each - own).abs().sum(dim=1) for each in answers]).amax(dim=0)


@dataclass(frozen=True)
class FeatureSqueezing(Detector):
    """max over squeezers s of |p(x) - p(s(x))|_1, from 0 to 2; the squeezers are fewer bits and a 2 x 2 median.

    The authors' best for MNIST; for colour they add non-local means (OpenCV's), which is left out: so there this is the
    weaker detector. The threshold is the caller's, from originals, as theirs.
    """

    key = "feature_squeezing"
    title = "Feature squeezing"
    plain = "Calls a picture attacked if the answer changes much once fine detail is taken away; it learns nothing."
    cite = "Xu, Evans, Qi 2018, arXiv 1704.01155; code: mzweilin/EvadeML-Zoo"
    reads = "pixels"
    learns = False

    bits: int = param(
        0, low=0, high=8, title="Bits", help="Bits a value keeps; 0: one in grey pictures, five in colour"
    )

    def fit(self, classifier: Classifier, evidence: Evidence, attacked: Tensor, *, seed: int = 0) -> Fitted:
        return _Fitted(self.bits)

    def restore(self, tensors: Mapping[str, Tensor]) -> Fitted:
        if tensors:
            raise ValueError(f"{self.title} learns nothing, and here are tensors of something that did")
        return _Fitted(self.bits)


DETECTORS: tuple[type[Detector], ...] = (FeatureSqueezing,)
