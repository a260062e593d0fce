"""Classes are joined by their names: which is which, and what is refused."""

import pytest

from core.classifiers.cifar10_resnet20 import LABELS as THINGS
from core.classifiers.mnist_cnn import LABELS as DIGITS
from core.data.class_join import join_classes
from core.datasets.mnist import DATASETS as OF_DIGITS

STL10 = ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")


@pytest.mark.parametrize(
    ("classes", "labels", "places"),
    [
        (tuple("0123456789"), DIGITS, range(10)),
        (("0", "1", "10", "2"), ("grade 0", "grade 1", "grade 2", "grade 10"), (0, 1, 3, 2)),
        (("finding", "no finding"), ("no finding", "finding"), (1, 0)),
        (("No_Finding", "FINDING"), ("finding", "no  finding"), (1, 0)),
        (("T-shirt_top", "bag"), ("Bag", "T-shirt/top"), (1, 0)),
        (("A", "a"), ("a", "A"), (1, 0)),
        (("O\u0308dem", "well"), ("Well", "\u00d6dem"), (1, 0)),
        (("HER2+", "HER2-"), ("HER2-", "HER2+"), (1, 0)),
        (("dog", "cat"), ("cat", "cow", "dog"), (2, 0)),
        (("9", "7"), DIGITS, (9, 7)),
        (("class 0", "class 1"), ("0", "1"), (0, 1)),
    ],
)  # fmt: skip
def test_joined_by_name(classes: tuple[str, ...], labels: tuple[str, ...], places: tuple[int, ...]) -> None:
    found = join_classes(classes, labels)
    assert found.by_name
    assert found.places == tuple(places)


@pytest.mark.parametrize(
    ("classes", "labels", "places", "said"),
    [
        (tuple("0123456789"), THINGS, range(10), "of the data have numbers and no names"),
        (("0", "1", "2"), ("stage 1", "stage 2", "stage 3"), (0, 1, 2), "class 0 of the data was taken for ‘stage 1’"),
        (("1", "10", *"23456789"), THINGS, (0, 9, *range(1, 9)), "class 1 of the data was taken for ‘airplane’"),
        (("cat", "dog"), ("0", "1"), (0, 1), "of the model have numbers and no names"),
        (("airplane", "car", *THINGS[2:]), THINGS, range(10), "‘car’ was taken for ‘automobile’"),
    ],
)  # fmt: skip
def test_joined_in_order_with_a_word(
    classes: tuple[str, ...], labels: tuple[str, ...], places: tuple[int, ...], said: str
) -> None:
    found = join_classes(classes, labels)
    assert not found.by_name
    assert found.places == tuple(places)
    assert said in found.note


@pytest.mark.parametrize(
    ("classes", "labels", "said"),
    [
        (STL10, THINGS, "‘car’, ‘monkey’ are only in the data; ‘automobile’, ‘frog’ are only in the model"),
        (("cat", "cow", "dog"), ("cat", "dog"), "‘cow’ is only in the data"),
        (tuple("abcdefghij"), DIGITS, "‘a’, ‘b’, ‘c’, ‘d’ and 6 more are only in the data"),
        (("0", "1", "2"), ("a", "b"), "3 classes; the model tells 2 classes apart"),
        (("1", "10", *"23456789"), DIGITS, "‘10’ is only in the data; ‘digit 0’ is only in the model"),
        (("1", "2", "3"), ("0", "1", "2"), "‘3’ is only in the data; ‘0’ is only in the model"),
        (("crane", "dog"), ("crane", "dog", "crane"), "several classes of the model are called ‘crane’"),
        (("A", "c"), ("a", "A", "b"), "‘c’ is only in the data"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused(classes: tuple[str, ...], labels: tuple[str, ...], said: str) -> None:
    found = join_classes(classes, labels)
    assert found.places == ()
    assert said in found.refusal


def test_only_who_learns_may_take_on_other_classes() -> None:
    names = {kind.key: kind.classes for kind in OF_DIGITS}
    assert join_classes(names["kmnist"], DIGITS, learns=True).renamed
    assert join_classes(names["kmnist"], DIGITS).refusal
    assert join_classes(STL10, THINGS, learns=True).refusal  # some are the model's, and stand elsewhere
    for key in ("mnist", "emnist_digits"):
        assert not join_classes(names[key], DIGITS).note


def test_many_classes_take_no_time() -> None:
    many = [f"class of {number}" for number in range(10_000)]
    assert join_classes(many[::-1], many).places[0] == 9_999
