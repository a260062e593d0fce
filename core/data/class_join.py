"""Which class of a data set is which class of a classifier, told by their names; the only place where that is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.data.class_spelling import PLAIN, numbers, same_names

SHOWN = 4  # names in a sentence


@dataclass(frozen=True)
class ClassJoin:
    """places: for each class of the data the classifier's class, none if they cannot be joined; refusal: why not.

    note: a sentence where something is to be known of it, else "". by_name: whether every class of the data has the
    name of the classifier's class. renamed: whether the classifier is to learn the classes of the data instead of its
    own. Sentences begin with a small letter and have no full stop.
    """

    places: tuple[int, ...] = ()
    note: str = ""
    refusal: str = ""
    by_name: bool = False
    renamed: bool = False


def join_classes(classes: Sequence[str], labels: Sequence[str], *, learns: bool = False) -> ClassJoin:
    """Join the `classes` of a data set to the `labels` of a classifier. learns: it will be trained on them.

    Names are matched whatever their case and spaces, but only where that leaves no doubt; "3" is "digit 3". Classes
    that are numbered 0, 1, ... for want of names are joined in order where there are as many on both sides.

    >>> join_classes(("finding", "no finding"), ("No finding", "Finding")).places
    (1, 0)
    >>> join_classes(("3", "4"), tuple(f"digit {number}" for number in range(10))).places
    (3, 4)
    >>> join_classes(("cat", "cow", "ape"), ("cat", "dog", "bee")).refusal
    "the classes of the data are not the model's: ‘cow’, ‘ape’ are only in the data; ‘dog’, ‘bee’ are only in the model"
    """
    places = same_names(classes, labels)
    if None not in places:
        return ClassJoin(tuple(place for place in places if place is not None), _said(places, labels), "", True)
    if (ordered := _by_number(classes, labels)) is not None:
        return ordered
    same = len(classes) == len(labels)
    if same and learns and not any(place is not None for place in places):
        learnt = f"it learns {_names(classes)} in place of {_names(labels)}"
        note = f"the model has no class of the names of the data: {learnt}, and is named so afterwards"
        return ClassJoin(tuple(range(len(classes))), note, renamed=True)
    known = {place for place in places if place is not None}
    counted = None not in (numbers(classes)[0], numbers(labels)[0])  # 3 is not to be taken for 0
    if same and len(known) == len(classes) - 1 and not counted:
        (left,) = set(range(len(labels))) - known
        named = f"‘{classes[places.index(None)]}’ was taken for ‘{labels[left]}’"
        note = f"one class has another name in the model: {named}, the one left over; make sure that they mean the same"
        return ClassJoin(tuple(left if place is None else place for place in places), note)
    if not known and not same:
        few = f"this data set has {len(classes):,} classes; the model tells {len(labels):,} classes apart"
        return ClassJoin(refusal=f"{few}, none of them of the same name")
    extra = [name for name, place in zip(classes, places, strict=True) if place is None]
    missing = [label for place, label in enumerate(labels) if place not in known]
    if twice := next((name for name in extra if missing.count(name) > 1), ""):
        several = f"several classes of the model are called ‘{twice}’"
        return ClassJoin(refusal=f"{several}, so it cannot be told which is meant")
    said = [f"{_names(extra)} {_is(extra)} only in the data"]
    said += [f"{_names(missing)} {_is(missing)} only in the model"] if missing else []
    return ClassJoin(refusal=f"the classes of the data are not the model's: {'; '.join(said)}")


def _said(places: Sequence[int | None], labels: Sequence[str]) -> str:
    """What is to be known of classes that were found by their names: another order, or some that there are not."""
    if len(places) < len(labels):
        missing = [label for place, label in enumerate(labels) if place not in places]
        return (
            f"the data show {len(places):,} of the model's {len(labels):,} classes, and no images of {_names(missing)}"
        )
    if list(places) != sorted(places, key=lambda place: place or 0):
        return "the classes of the data stand in another order than the model's, and were matched by their names"
    return ""


def _is(found: Sequence[str]) -> str:
    return "is" if len(found) == 1 else "are"


def _names(found: Sequence[str]) -> str:
    return ", ".join(f"‘{name}’" for name in found[:SHOWN]) + (
        f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    )


def _by_number(classes: Sequence[str], labels: Sequence[str]) -> ClassJoin | None:
    """Joined in order, where one side has numbers in place of names and the other as many classes; else None."""
    (mine, own), (theirs, others) = numbers(classes), numbers(labels)
    count = len(classes)
    if count != len(labels):
        return None
    from_zero = mine in PLAIN and own == list(range(count))
    from_one = mine in PLAIN and theirs is None and sorted(own) == list(range(1, count + 1))
    nameless = theirs in PLAIN and others == list(range(count)) and mine is None
    if not (from_zero or from_one or nameless):
        return None
    places = tuple(number - 1 for number in own) if from_one else tuple(range(count))
    which = "data" if from_zero or from_one else "model"
    example = f"class {classes[0]} of the data was taken for ‘{labels[places[0]]}’, and so on"
    return ClassJoin(
        places, f"the classes of the {which} have numbers and no names, and were joined in order: {example}"
    )
