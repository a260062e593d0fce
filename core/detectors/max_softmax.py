"""How unsure the classifier is (Hendrycks, Gimpel 2017, arXiv 1610.02136): a baseline that learns nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

from core.contracts.classifier import Classifier
from core.contracts.detector import Detector, Evidence, Fitted


@dataclass(frozen=True, eq=False)
class _Fitted(Fitted):
    tensors: Mapping[str, Tensor] = field(default_factory=dict)

    def score(self, classifier: Classifier, evidence: Evidence) -> Tensor:
        return 1 - evidence.probabilities.max(dim=1).values

    def differentiable(
        self, classifier: Classifier, images: Tensor, probabilities: Tensor, signatures: Tensor
    ) -> Tensor:
        return 1 - probabilities.max(dim=1).values


@dataclass(frozen=True)
class MaxSoftmax(Detector):
    """1 - max_k p_k, from 0 to 1 - 1 / K. An attack that ends far beyond a boundary makes it small, not large.

    >>> import torch
    >>> from core.contracts.toy_models import linear
    >>> model, answers = linear([[[[1.0]]], [[[2.0]]]]), torch.tensor([[0.75, 0.25], [0.5, 0.5]])
    >>> seen = Evidence(torch.zeros(2, 1, 1, 1), answers, torch.zeros(2, 1, 1))
    >>> MaxSoftmax().restore({}).score(model, seen).tolist()
    [0.25, 0.5]
    """

    key = "max_softmax"
    title = "Unsure answer"
    plain = "Calls a picture attacked if the classifier is unsure of its answer; it learns nothing."
    cite = "Hendrycks, Gimpel 2017, arXiv 1610.02136"
    reads = "answers"
    learns = False

    def fit(self, classifier: Classifier, evidence: Evidence, attacked: Tensor, *, seed: int = 0) -> Fitted:
        return _Fitted()

    def restore(self, tensors: Mapping[str, Tensor]) -> Fitted:
        if tensors:
            raise ValueError(f"{self.title} learns nothing, and here are tensors of something that did")
        return _Fitted()


DETECTORS: tuple[type[Detector], ...] = (MaxSoftmax,)
