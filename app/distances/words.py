"""Smallest changes in words that need no mathematics: medians, areas, and what they do not show."""

from collections.abc import Mapping
from typing import Any

from core.base.units import FULL

NAMES = {"attack": "RMS", "l2": "L2", "linf": "L-infinity"}


def size(name: str, distance: float) -> str:
    """A size of a change.

    >>> [size(name, 0.01) for name in ("attack", "l2", "linf")]
    ['2.55 of 255 on average (RMS 0.01)', 'a length of 0.01 (L2)', '2.55 of 255 (L-infinity)']
    """
    levels = f"{FULL * distance:.3g} of {FULL}"
    if name == "linf":
        return f"{levels} (L-infinity)"
    return f"a length of {distance:.3g} (L2)" if name == "l2" else f"{levels} on average (RMS {distance:.3g})"


def medians(told: Mapping[str, Any]) -> list[str]:
    """How far half of the images are from a wrong answer, a sentence for each way to measure it.

    >>> medians({"accuracy": 0.9, "l2": {"median": 0.25}, "linf": {"median": None}})[0]
    'Half of the images can be turned to a wrong answer by a change of a length of 0.25 (L2), pixels counted from 0 to
    1.'
    >>> medians({"accuracy": 0.9, "l2": {"median": 0.25}, "linf": {"median": None}})[1]
    'By the largest change of a colour value (L-infinity), no wrong answer was found for more than half of the images.'
    >>> medians({"accuracy": 0.4, "l2": {"median": 0.0}})
    ['Half of the images or more are answered wrong as they are: nothing has to be changed.']
    """
    known = {name: told[name]["median"] for name in NAMES if name in told}
    if known and all(each == 0 for each in known.values()):
        return ["Half of the images or more are answered wrong as they are: nothing has to be changed."]
    by = {"attack": "the mean change (RMS)", "l2": "the length of the change (L2)",
          "linf": "the largest change of a colour value (L-infinity)"}  # fmt: skip
    how = {
        "attack": "by a change of the colour values of {}.",
        "l2": "by a change of {}, pixels counted from 0 to 1.",
        "linf": "without changing any colour value by more than {}.",
    }
    return [
        f"By {by[name]}, no wrong answer was found for more than half of the images." if found is None
        else f"Half of the images can be turned to a wrong answer {how[name].format(size(name, found))}"
        for name, found in known.items()
    ]  # fmt: skip


def headline(told: Mapping[str, Any], name: str) -> str:
    """How often a model is right as the images are. name: what people call it.

    >>> headline({"accuracy": 0.5, "count": 4, "interval_95": [0.15, 0.85]}, "A")
    'A is right on 50.0 % (15.0 to 85.0) of 4 images as they are; those answered wrong count with a change of 0.'
    """
    low, high = (100 * each for each in told["interval_95"])
    return (f"{name} is right on {100 * told['accuracy']:.1f} % ({low:.1f} to {high:.1f}) of {told['count']:,} images "
            "as they are; those answered wrong count with a change of 0.")  # fmt: skip


def unfound(told: Mapping[str, Any]) -> list[str]:
    """On how many images no wrong answer was found, a sentence for each way to measure where there are some."""
    return [
        f"On {count:,} of {told['count']:,} images no wrong answer was found ({words})."
        for name, words in (NAMES | {"btr": "RMS, no better than random"}).items()
        if (count := told.get(name, {}).get("unfound"))
    ]
