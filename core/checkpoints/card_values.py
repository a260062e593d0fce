"""The values of a card checked against the kinds of its fields: types, finite numbers, plain texts; names misspelt."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from core.base.errors import Unreadable
from core.base.plain_line import plain_line
from core.untrusted.foreign_json import check_numbers

KINDS = {str: "text", bool: "true or false", int: "whole number from 0 up", float: "number"}
LARGEST = 2.0**64  # no number on a card is larger


def checked_entries(card: type, entries: Mapping[str, Any], called: str) -> dict[str, Any]:
    """The entries that `card`, a dataclass, has fields for, checked; Unreadable, beginning with `called`."""
    check_numbers(dict(entries), LARGEST, called)
    kinds, own = get_type_hints(card), {}
    for name in [name for name in entries if name in kinds and name != "more"]:
        try:
            own[name] = checked(kinds[name], entries[name])
        except ValueError as error:
            raise Unreadable(f"{called} does not give {name!r} as {error}") from error
    return own


def checked(kind: Any, value: Any) -> Any:
    """`value` as a field of `kind` holds it; ValueError says what was expected.

    Texts become one plain line. A whole number may be written as 32.0; None is not known.

    >>> checked(Sequence[int] | None, [3, 32.0, 32]), checked(str | None, "two\\nlines")
    ([3, 32, 32], 'two lines')
    >>> checked(Mapping[str, float] | None, {"clean": "high"})
    Traceback (most recent call last):
    ValueError: an object of numbers by name
    """
    if value is None:
        return None
    if isinstance(kind, UnionType):
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
    if get_origin(kind) is Sequence:
        (inner,) = get_args(kind)
        if not isinstance(value, list | tuple):
            raise ValueError(f"a list of {_many(inner)}")
        return [_inside(inner, each, f"a list of {_many(inner)}") for each in value]
    if get_origin(kind) is Mapping:
        inner = get_args(kind)[1]
        words = "an object" if inner is Any else f"an object of {_many(inner)} by name"
        if not isinstance(value, Mapping):
            raise ValueError(words)
        return {plain_line(str(name)): _inside(inner, each, words) for name, each in value.items()}
    return value if kind is Any else _single(kind, value)


def _inside(kind: Any, value: Any, words: str) -> Any:
    try:
        if value is None and kind is not Any:
            raise ValueError
        return checked(kind, value)
    except ValueError as error:
        raise ValueError(words) from error


def _many(kind: Any) -> str:
    return f"{KINDS[kind].partition(' from')[0]}s" if kind in KINDS else "objects"


def _single(kind: Any, value: Any) -> Any:
    """A text, a number, true or false."""
    if kind is str and isinstance(value, str):
        return plain_line(value)
    if kind is bool and isinstance(value, bool):
        return value
    if kind in (int, float) and isinstance(value, int | float) and not isinstance(value, bool):
        if kind is float and abs(value) <= LARGEST:
            return value
        if kind is int and 0 <= value <= LARGEST and value == int(value):
            return int(value)
    raise ValueError(KINDS[kind] if kind is bool else f"a {KINDS[kind]}")


def refuse_misspelt(card: Any, called: str) -> None:
    """Unreadable, in a sentence with the nearest field, if the card holds a name that this version has no field for."""
    known = [entry.name for entry in fields(card) if entry.name != "more"]
    for name in card.more:
        near = get_close_matches(name.casefold(), known, n=1, cutoff=0.0)
        raise Unreadable(f"{called} has an entry {plain_line(name, 60)!r} that no card has; the nearest is {near[0]!r}")
