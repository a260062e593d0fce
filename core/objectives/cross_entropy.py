"""Ordinary training: the mean cross-entropy of the images as they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import cross_entropy

from core.classifier import Classifier
from core.contracts import Objective


@dataclass(frozen=True)
class CrossEntropy(Objective):
    """mean_i -log p_{y_i}(x_i)."""

    key = "cross_entropy"
    title = "Ordinary training"
    plain = "Learns the right answers for the images as they are."
    cite = "the usual loss"

    def __call__(self, classifier: Classifier, images: Tensor, labels: Tensor) -> tuple[Tensor, Mapping[str, float]]:
        loss = cross_entropy(classifier(images), labels)
        return loss, {"cross_entropy": loss.item()}


OBJECTIVES: tuple[type[Objective], ...] = (CrossEntropy,)
