"""Data by name: whether they fit a classifier, and what is said of them."""

import torch
from torch import nn

from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.data.fit import describe, misfit, other_classes


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
    assert misfit(toy(colour, (*two, "cow")), images(colour, two)) == (
        "this data set has 2 classes; the model tells 3 classes apart"
    )


def test_other_names_are_a_warning_and_another_order_says_so() -> None:
    size = (1, 8, 8)
    model = toy(size, ("cat", "dog"))
    assert other_classes(model, images(size, ("cat", "dog"))) is None
    assert other_classes(model, images(size, (" Cat", "DOG"))) is None
    order = other_classes(model, images(size, ("dog", "cat")))
    assert order is not None
    assert "another order: class 0 is ‘dog’ here and ‘cat’ in the model" in order
    names = other_classes(model, images(size, ("cat", "cow")))
    assert names is not None
    assert "other names than the model's: class 1 is ‘cow’ here" in names
    assert misfit(model, images(size, ("dog", "cat"))) is None


def test_describe() -> None:
    assert describe(images((1, 28, 20), ("a", "b", "c"))) == {
        "images": 4, "size": (1, 28, 20), "kind": "20 x 28 grey", "classes": 3,
        "per_class": {"a": 2, "b": 2, "c": 0}, "notes": (),
    }  # fmt: skip
