"""Ordinary training: the mean cross-entropy of the images as they are."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import cross_entropy

from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective


@dataclass(frozen=True)
class CrossEntropy(Objective):
    """mean_i -log p_{y_i}(x_i)."""

    key = "cross_entropy"
    title = "Ordinary training"
    plain = "Learns the right answers for the images as they are."
    cite = "the usual loss"

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        loss = cross_entropy(classifier(batch.images), batch.labels)
        return loss, {"cross_entropy": loss.item()}


OBJECTIVES: tuple[type[Objective], ...] = (CrossEntropy,)
