"""The models that a worker holds: loaded as the server loads them, those used longest ago leave first."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from itertools import chain

import torch

from core.catalog import load_classifier, stamp
from core.compare.resized import resized
from core.contracts.classifier import Classifier

LARGEST = 600 * 10**6  # bytes of weights that a worker keeps, beside those it computes with
MOST = 4  # models, however small


@dataclass(frozen=True)
class ModelName:
    """A model as another process can find it: its name in the catalogue, its device, and what it must then be.

    size, resize, interpolation: how pictures are made ready for it; another size than its own where it is compared
    with a model that takes larger pictures.
    """

    name: str
    device: str
    fingerprint: str
    size: tuple[int, int, int]
    resize: int
    interpolation: str

    @classmethod
    def of(cls, classifier: Classifier, name: str = "") -> "ModelName":
        """That of a classifier, found in the catalogue under `name`, or under its own key."""
        how = (classifier.size, classifier.resize, classifier.interpolation)
        return cls(name or classifier.key, str(classifier.device), classifier.fingerprint, *how)


class Models:
    """Models in the order of their last use."""

    def __init__(self, largest: int = LARGEST) -> None:
        self.largest = largest
        self._held: OrderedDict[tuple[str, str, str], Classifier] = OrderedDict()

    @property
    def names(self) -> tuple[str, ...]:
        """Of what is held, the one used last at the end."""
        return tuple(name for name, _, _ in self._held)

    def get(self, wanted: ModelName) -> Classifier:
        """The model of that name, ready for use; ValueError or OSError in one sentence if it cannot be had.

        ValueError if the weights of that name are others than those wanted. Nothing is fetched inside
        `core.base.download.nothing_fetched`.
        """
        key = (wanted.name, wanted.device, stamp(wanted.name))
        found = self._held.get(key)
        if found is None or _made_for(found, wanted).fingerprint != wanted.fingerprint:
            self._held.pop(key, None)
            found = load_classifier(wanted.name)
            found.net.to(wanted.device)
        made = _made_for(found, wanted)
        if made.fingerprint != wanted.fingerprint:
            raise ValueError(f"the model {wanted.name} was replaced while it was in use, and has other weights now")
        self._held[key] = found
        self._held.move_to_end(key)
        self._leave()
        return made

    def _leave(self) -> None:
        left = False
        while len(self._held) > 1 and (len(self._held) > MOST or self._size() > self.largest):
            self._held.popitem(last=False)
            left = True
        if left and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
            torch.cuda.empty_cache()

    def _size(self) -> int:
        return sum(map(weight, self._held.values()))


def weight(classifier: Classifier) -> int:
    """Bytes of a classifier's weights and buffers."""
    return sum(each.nbytes for each in chain(classifier.net.parameters(), classifier.net.buffers()))


def _made_for(classifier: Classifier, wanted: ModelName) -> Classifier:
    """The classifier on pictures of the size that is wanted of it."""
    if classifier.size == wanted.size:
        return classifier
    like = replace(classifier, size=wanted.size, resize=wanted.resize, interpolation=wanted.interpolation)
    return resized(classifier, like)
