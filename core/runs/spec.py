"""What a run was asked to do: the object in its spec.json, read and checked.

Only what all who show or start a run rely on is checked; a task checks its own arguments when it is its turn, and
settings of another version are still listed.
"""

import re
from pathlib import Path
from typing import Any

from core.base.errors import Unreadable
from core.base.run_folder import SPEC
from core.runs.files import read_part
from core.untrusted.foreign_json import check_numbers

CALLED = "its settings file"
LARGEST = 10**6  # bytes
HUGE = 2.0**64  # no setting is a larger number
MOST_THREADS = 4096
MOST_PARTS = 10_000
DEVICE = re.compile(r"cpu|mps|(cuda|xpu):\d+(,(cuda|xpu):\d+)*")
TEXTS = ("base", "data", "classifier", "before", "after", "start", "title", "split", "data_fingerprint")
OBJECTS = ("objective", "schedule", "attack", "explainer")
WHOLE = ("images", "count", "batch", "seed", "epochs", "held_out", "processes")


def read_spec(folder: Path) -> dict[str, Any]:
    """The settings of the run in `folder`: "task", "arguments", "device", "threads"; Unreadable in one sentence."""
    return checked(read_part(folder / SPEC, CALLED, LARGEST))


def checked(spec: dict[str, Any]) -> dict[str, Any]:
    """`spec`, if it can be the settings of a run; Unreadable in one sentence.

    >>> checked({"task": "refine", "arguments": {"objective": "trades"}})
    Traceback (most recent call last):
    core.base.errors.Unreadable: its settings file has an 'objective' that is no object
    """
    check_numbers(spec, HUGE, CALLED)
    if not isinstance(spec.get("task"), str) or not spec["task"].strip():
        raise Unreadable(f"{CALLED} names no task")
    arguments = spec.get("arguments", {})
    if not isinstance(arguments, dict):
        raise Unreadable(f"{CALLED} has arguments that are no object")
    if not isinstance(device := spec.get("device", "cpu"), str) or not DEVICE.fullmatch(device):
        raise Unreadable(f"{CALLED} names no device that there can be")
    if not _whole(threads := spec.get("threads", 0)) or not 0 <= threads <= MOST_THREADS:
        raise Unreadable(f"{CALLED} has threads that are no whole number from 0 to {MOST_THREADS:,}")
    _check_parts(spec)
    _check(arguments)
    for name in OBJECTS:
        given = arguments.get(name)
        if given is not None and not isinstance(given, dict):
            raise Unreadable(f"{CALLED} has {_an(name)} that is no object")
        if given is not None and name != "schedule" and not isinstance(given.get("method", ""), str):
            raise Unreadable(f"{CALLED} has {_an(name)} whose method is no name")
        _check(given or {})
    return spec


def known_spec(folder: Path) -> dict[str, Any]:
    """The settings of the run in `folder`; none where they cannot be read, which is for others to say."""
    try:
        return read_spec(folder)
    except Unreadable:
        return {}


def _check_parts(spec: dict[str, Any]) -> None:
    """`parts`: into how many a run is divided; `part`: [which it is, from 0, of how many]; neither need be there."""
    if not _whole(parts := spec.get("parts", 1)) or not 1 <= parts <= MOST_PARTS:
        raise Unreadable(f"{CALLED} has parts that are no whole number from 1 to {MOST_PARTS:,}")
    part = spec.get("part", [0, 1])
    if not isinstance(part, list) or len(part) != 2 or not all(map(_whole, part)):
        raise Unreadable(f"{CALLED} has a part that is no pair of whole numbers")
    if not 0 <= part[0] < part[1] <= MOST_PARTS or parts > 1 < part[1]:
        raise Unreadable(f"{CALLED} has a part that there cannot be")


def _check(given: dict[str, Any]) -> None:
    """Texts and whole numbers that are neither, in an object of settings; what is None is not set."""
    for name in TEXTS:
        if not isinstance(given.get(name) or "", str):
            raise Unreadable(f"{CALLED} has {_an(name)} that is no text")
    for name in WHOLE:
        if not _whole(given.get(name) or 0):
            raise Unreadable(f"{CALLED} has {_an(name)} that is no whole number")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _an(name: str) -> str:
    """An argument in a sentence.

    >>> _an("objective"), _an("data_fingerprint")
    ("an 'objective'", "a 'data fingerprint'")
    """
    return f"{'an' if name[0] in 'aeiou' else 'a'} '{name.replace('_', ' ')}'"
