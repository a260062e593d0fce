"""JSON that may come from anywhere: bounded in size and depth, every number finite, an object at the top.

Cards, manifests, the files of a run and whatever else can be handed over or edited are read here. What may stand in
an object is its reader's business.
"""

import json
import math
from pathlib import Path
from typing import Any, NoReturn

from core.base.errors import Unreadable
from core.untrusted.regular_files import read_regular

LARGEST = 16 * 10**6  # bytes
DEEPEST = 32  # objects and lists inside one another
LONGEST_NUMBER = 40  # characters; the longest that a float is written with has 25
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_object(path: Path, largest: int = LARGEST, called: str = "") -> dict[str, Any]:
    """The JSON object in a file. Unreadable (a ValueError) in one sentence if it is none, OSError without a file.

    called: what the sentence calls the file; its name unless given.
    """
    return parse_object(read_regular(path, largest), called or path.name, largest)


def parse_object(raw: bytes | str, called: str, largest: int = LARGEST) -> dict[str, Any]:
    """The JSON object in `raw`; Unreadable in one sentence that begins with `called`.

    A byte order mark in front is passed over. At most `largest` bytes and DEEPEST levels; NaN, infinities, numbers too
    large for a float and halves of characters are refused.

    >>> parse_object(b'{"lr": 1e-3}', "card.json")
    {'lr': 0.001}
    >>> parse_object('{"lr": NaN}', "card.json")
    Traceback (most recent call last):
    core.base.errors.Unreadable: card.json holds NaN, which is not a finite number
    """
    if len(raw) > largest:
        raise Unreadable(f"{called} is larger than {largest / 10**6:g} MB")
    try:
        text = raw if isinstance(raw, str) else raw.removeprefix(BYTE_ORDER_MARK).decode("utf-8")
        value = json.loads(text, parse_float=_finite, parse_int=_whole, parse_constant=_refuse)
    except _NotFinite as error:
        raise Unreadable(f"{called} holds {error}, which is not a finite number") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{called} is not readable as JSON") from error
    if not isinstance(value, dict):
        raise Unreadable(f"{called} is not a JSON object")
    if _deeper(value, DEEPEST):
        raise Unreadable(f"{called} is nested more than {DEEPEST} levels deep")
    if "\\ud" in text.lower() and _halved(value):  # no text that JSON does not escape can hold one
        raise Unreadable(f"{called} holds half a character")
    return value


def check_numbers(value: Any, most: float, called: str) -> None:
    """Unreadable, in a sentence that begins with `called`, if a number anywhere in `value` is beyond -most to most.

    >>> check_numbers({"lr": [1, {"a": 1e308}]}, 1e15, "card.json")
    Traceback (most recent call last):
    core.base.errors.Unreadable: card.json holds 1e+308, which is out of all range
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) > most:
        shown = f"{value:.6g}" if isinstance(value, float) else "a whole number"  # perhaps of thousands of digits
        raise Unreadable(f"{called} holds {shown}, which is out of all range")
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        check_numbers(each, most, called)


class _NotFinite(Exception):
    """The text of a number that no float can hold."""


def _refuse(text: str) -> NoReturn:
    raise _NotFinite(text if len(text) <= LONGEST_NUMBER else f"a number of {len(text)} characters")


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _refuse(text)


def _whole(text: str) -> int:
    return int(text) if len(text) <= LONGEST_NUMBER else _refuse(text)


def _deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects lie more than `levels` inside one another."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_deeper(each, levels - 1) for each in inside if isinstance(each, dict | list))


def _halved(value: Any) -> bool:
    """Whether a text in `value` holds half of a surrogate pair, which can be written nowhere."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
