"""What labelled images are, in words, and whether they fit a classifier: size, number and names of the classes."""

from typing import Any

from core.contracts.classifier import Classifier, spelt
from core.contracts.interfaces import DataFacts, Images


def misfit(classifier: Classifier, data: Images | DataFacts) -> str | None:
    """Why this data cannot be used with this classifier, in one sentence; None where it can."""
    has, takes = _size(data), classifier.size
    if has != takes:
        return f"this data set has {kind(has)} images; the model takes {kind(takes)} images"
    if len(data.classes) != len(classifier.labels):
        return f"this data set has {len(data.classes)} classes; the model tells {len(classifier.labels)} classes apart"
    return None


def other_classes(classifier: Classifier, data: Images | DataFacts) -> str | None:
    """A warning where the classes have other names, or another order, than the classifier's; None where they agree."""
    mine, theirs = spelt(data.classes), spelt(classifier.labels)
    if mine == theirs or len(mine) != len(theirs):
        return None
    place = next(i for i, (a, b) in enumerate(zip(mine, theirs, strict=True)) if a != b)
    example = f"class {place} is ‘{data.classes[place]}’ here and ‘{classifier.labels[place]}’ in the model"
    if sorted(mine) == sorted(theirs):
        return f"the classes are the model's in another order: {example}; its answers would be counted as wrong"
    return f"the classes have other names than the model's: {example}; make sure that they mean the same"


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
