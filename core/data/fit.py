"""What labelled images are, in words, and whether they fit a classifier: their size and their classes."""

from typing import Any

import torch

from core.contracts.classifier import Classifier
from core.contracts.interfaces import DataFacts, Images
from core.data.class_join import join_classes


def misfit(classifier: Classifier, data: Images | DataFacts, *, learns: bool = False) -> str | None:
    """Why this data cannot be used with this classifier, in one sentence; None where it can.

    learns: the classifier will be trained on it.
    """
    has, takes = _size(data), classifier.size
    if has != takes:
        return f"this data set has {kind(has)} images; the model takes {kind(takes)} images"
    return join_classes(data.classes, classifier.labels, learns=learns).refusal or None


def joined(classifier: Classifier, data: Images, *, learns: bool = False) -> Images:
    """The data with the classifier's classes in their order, and a note where that is more than the same names.

    Unless it learns, what must be known of the classifier is noted too: that it was trained on a split of its own, for
    one. The classes keep the names of the data where the classifier is to learn them instead of its own. ValueError in
    one sentence if the data cannot be used with this classifier.
    """
    if reason := misfit(classifier, data, learns=learns):
        raise ValueError(reason)
    join = join_classes(data.classes, classifier.labels, learns=learns)
    labels = torch.tensor(join.places)[data.labels]
    notes = (*data.notes, *(() if learns else classifier.notes), *((sentence(join.note),) if join.note else ()))
    return Images(data.images, labels, data.classes if join.renamed else classifier.labels, notes)


def sentence(note: str) -> str:
    """A note as a sentence.

    >>> sentence("it is so")
    'It is so.'
    """
    return f"{note[:1].upper()}{note[1:]}." if note else ""


def _size(data: Images | DataFacts) -> tuple[int, ...]:
    return data.size if isinstance(data, DataFacts) else tuple(data.images.shape[1:])


def kind(size: tuple[int, ...]) -> str:
    """A size (C, H, W) in words.

    >>> kind((1, 28, 28)), kind((3, 32, 48))
    ('28 x 28 grey', '48 x 32 colour')
    """
    channels, height, width = size
    return f"{width} x {height} {'grey' if channels == 1 else 'colour'}"


def describe(data: Images) -> dict[str, Any]:
    """For a page: `images`, `size` (C, H, W), `kind` in words, `classes`, `per_class` {name: images}, `notes`."""
    counts = data.labels.bincount(minlength=len(data.classes)).tolist()
    size = _size(data)
    return {
        "images": len(data),
        "size": size,
        "kind": kind(size),
        "classes": len(data.classes),
        "per_class": dict(zip(data.classes, counts, strict=True)),
        "notes": data.notes,
    }


def summary(found: DataFacts) -> str:
    """What there is in one phrase.

    >>> summary(DataFacts((1, 28, 28), ("a", "b"), {"train": (700, 500), "test": (9, 1)}))
    '1,200 train and 10 test images, 28 x 28 grey, 2 classes'
    """
    *first, last = (f"{count:,} {split}" for split, count in found.counts.items())
    counts = f"{', '.join(first)} and {last}" if first else last
    return f"{counts} images, {kind(found.size)}, {len(found.classes)} classes"
