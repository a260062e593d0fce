"""What a change to a network is: a layer that others are swapped for, or a module in front of it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.base.params import Method, to_spec
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss


@dataclass(frozen=True)
class Layer(Method, ABC):
    """A classifier -> the same with this in its network, ready to be trained; the weights it had are kept.

    What is put in is part of the network from then on: attacks, explanations and checkpoints see all of it, and its
    card says so (`Classifier.layers`).
    """

    @abstractmethod
    def put_into(self, classifier: Classifier) -> Classifier:
        """The classifier, whose net may be changed in place, with this layer; ValueError where that cannot be."""

    def loss(self, classifier: Classifier, batch: Batch) -> Loss | None:
        """What the layer itself wants to learn from a batch, a mean over the rows, beside the objective's loss."""
        return None


def with_layers(classifier: Classifier, layers: Iterable[Layer]) -> Classifier:
    """A copy of the classifier with these layers put in, one after the other, and named in its `layers`."""
    chosen = tuple(layers)
    if not chosen:
        return classifier
    changed = classifier.copy()
    for layer in chosen:
        if any(each["method"] == layer.key for each in changed.layers):
            raise ValueError(f"{layer.title}: this network has it already")
        changed = layer.put_into(changed)
        changed = replace(changed, layers=(*changed.layers, to_spec(layer)), fingerprint="")
    return changed
