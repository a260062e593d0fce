"""Data by name: whether they fit a classifier, and what is said of them."""

import pytest
import torch
from torch import nn

from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.data.fit import describe, joined, misfit


def toy(size: tuple[int, int, int], labels: tuple[str, ...]) -> Classifier:
    return Classifier(nn.Sequential(nn.Flatten(), nn.LazyLinear(len(labels))), labels, size)


def images(size: tuple[int, int, int], classes: tuple[str, ...]) -> Images:
    return Images(torch.zeros(4, *size, dtype=torch.uint8), torch.tensor([0, 1, 1, 0]), classes)


def test_misfit_says_what_is_there_and_what_would_fit() -> None:
    colour, two = (3, 32, 32), ("cat", "dog")
    assert misfit(toy(colour, two), images(colour, two)) is None
    assert misfit(toy(colour, two), images((1, 28, 28), two)) == (
        "this data set has 28 x 28 grey images; the model takes 32 x 32 colour images"
    )
    assert misfit(toy(colour, two), images((3, 24, 48), two)) == (
        "this data set has 48 x 24 colour images; the model takes 32 x 32 colour images"
    )
    assert misfit(toy(colour, ("a", "b", "c")), images(colour, two)) == (
        "this data set has 2 classes; the model tells 3 classes apart, none of them of the same name"
    )


def test_the_classes_of_the_data_become_those_of_the_model() -> None:
    """The labels follow the names, whatever the order; what differs is a sentence of the notes."""
    size = (1, 8, 8)
    model = toy(size, ("cat", "dog"))
    same = joined(model, images(size, (" Cat", "DOG")))
    assert (same.labels.tolist(), same.classes, same.notes) == ([0, 1, 1, 0], ("cat", "dog"), ())
    turned = joined(model, images(size, ("dog", "cat")))
    assert (turned.labels.tolist(), turned.classes) == ([1, 0, 0, 1], ("cat", "dog"))
    assert turned.notes[0].startswith("The classes of the data stand in another order than the model's")
    left = joined(model, images(size, ("cow", "cat")))
    assert left.labels.tolist() == [1, 0, 0, 1]
    assert "‘cow’ was taken for ‘dog’" in left.notes[0]
    part = joined(toy(size, ("ape", "dog", "cat")), images(size, ("cat", "dog")))
    assert part.labels.tolist() == [2, 1, 1, 2]
    assert part.notes == ("The data show 2 of the model's 3 classes, and no images of ‘ape’.",)
    with pytest.raises(ValueError, match="‘ape’ is only in the data$"):
        joined(model, images(size, ("ape", "cat", "dog")))
    other = joined(model, images(size, ("well", "ill")), learns=True)
    assert (other.labels.tolist(), other.classes) == ([0, 1, 1, 0], ("well", "ill"))
    assert "it learns ‘well’, ‘ill’ in place of ‘cat’, ‘dog’" in other.notes[0]
    with pytest.raises(ValueError, match="‘well’, ‘ill’ are only in the data; ‘cat’, ‘dog’ are only in the model"):
        joined(model, images(size, ("well", "ill")))


def test_describe() -> None:
    assert describe(images((1, 28, 20), ("a", "b", "c"))) == {
        "images": 4, "size": (1, 28, 20), "kind": "20 x 28 grey", "classes": 3,
        "per_class": {"a": 2, "b": 2, "c": 0}, "notes": (),
    }  # fmt: skip
