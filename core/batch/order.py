"""In what order rows are shown, and which of them."""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from core.batch.picture_rows import FLAT, FOOLED, HELD, UNUSED, moved_beyond

Row = Mapping[str, Any]
RANKS = {FOOLED: 0, HELD: 1, FLAT: 2, UNUSED: 3}


def _fooled(row: Row) -> tuple[float, ...]:
    return (RANKS.get(row["outcome"], 4),)


def _smallest(row: Row) -> tuple[float, ...]:
    """The size of the change in the attack's norm, of those alike its length; who was not fooled comes last."""
    if row["outcome"] != FOOLED:
        return (1, RANKS.get(row["outcome"], 4), 0)
    return (0, round(row["size"], 6), row["sizes"]["l2"])


def _confident(row: Row) -> tuple[float, ...]:
    wrong = row.get("wrong_after")
    return (0, -row["probability_after"]) if wrong else (1, RANKS.get(row["outcome"], 4))


def _moved(row: Row) -> tuple[float, ...]:
    found = moved_beyond(row)
    return (0, -found) if found is not None else (1, RANKS.get(row["outcome"], 4))


ORDERS: Mapping[str, tuple[str, Callable[[Row], tuple[float, ...]]]] = MappingProxyType(
    {
        "fooled": ("fooled first", _fooled),
        "smallest": ("smallest change first", _smallest),
        "confident": ("most confident wrong answer first", _confident),
        "moved": ("map moved most beyond noise first", _moved),
        "name": ("by name", lambda row: ()),
    }
)  # key -> (title, what is compared; who is alike in it stands by name)
SHOWN: Mapping[str, str] = MappingProxyType(
    {"all": "all", "fooled": "fooled", "held": "held", "flat": "no gradient to follow", "unused": "not used"}
)
OUTCOMES = {"fooled": FOOLED, "held": HELD, "flat": FLAT, "unused": UNUSED}


def ordered(rows: Sequence[Row], order: str = "fooled", show: str = "all") -> list[Row]:
    """The rows with that outcome, in that order; those alike in it by name, then as they came.

    >>> rows = [{"name": "b", "outcome": "held"}, {"name": "c", "outcome": "fooled"}, {"name": "a", "outcome": "held"}]
    >>> [row["name"] for row in ordered(rows)], [row["name"] for row in ordered(rows, "name", "held")]
    (['c', 'a', 'b'], ['a', 'b'])
    """
    key = ORDERS[order][1]
    chosen = [row for row in rows if show == "all" or row["outcome"] == OUTCOMES[show]]
    return sorted(chosen, key=lambda row: (key(row) or (math.inf,), row["name"].casefold()))
