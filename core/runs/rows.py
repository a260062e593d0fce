"""The rows of a run: JSON objects, one a line, each with a whole number `step`; a damaged one is counted, not fatal.

Whoever writes rows may be killed, and a folder may come from elsewhere: what is no row is passed over, with a reason.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any

from core.base.errors import Unreadable
from core.untrusted.foreign_json import check_numbers, parse_object

CALLED = "a row of its numbers"
LARGEST_ROW = 10**6  # bytes
LARGEST = 256 * 10**6  # bytes of all rows that are read into memory
MOST_ROWS, MOST_UNREADABLE = 2_000_000, 1_000  # after so many no more are read
HUGE = 1e40  # beyond what single precision holds
MOST_WHOLE = 2**64  # a larger whole number fits no table
WHOLE = ("step", "epoch")
NUMBERS = ("loss", "lr", "seconds", "evaluations")
OBJECTS = ("parts", "held", "masks")  # of numbers by name


def row_text(row: Mapping[str, Any]) -> str:
    """The line of a row; a number that is not finite is written as null."""
    return json.dumps(finite(row), allow_nan=False) + "\n"


def finite(value: Any) -> Any:
    """`value`, of which JSON can be made, with None for every number that is not finite.

    >>> finite({"loss": float("nan"), "held": [0.5, float("inf")]})
    {'loss': None, 'held': [0.5, None]}
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: finite(each) for name, each in value.items()}
    return [finite(each) for each in value] if isinstance(value, list | tuple) else value


def parse_row(line: bytes) -> dict[str, Any]:
    """The row in a line; Unreadable in one sentence that begins with CALLED.

    >>> parse_row(b'{"step": 3, "epoch": 0, "loss": 0.5}')["loss"]
    0.5
    >>> parse_row(b'{"step": 3, "loss": NaN}')
    Traceback (most recent call last):
    core.base.errors.Unreadable: a row of its numbers holds NaN, which is not a finite number
    """
    row = parse_object(line, CALLED, LARGEST_ROW)
    check_numbers(row, HUGE, CALLED)
    if "step" not in row:
        raise Unreadable(f"{CALLED} does not say its step")
    for name in (each for each in WHOLE if each in row):
        value = row[name]
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_WHOLE:
            raise Unreadable(f"{CALLED} has a {name} that is no whole number from 0 up")
    for name in NUMBERS:
        if not _number(row.get(name)):
            raise Unreadable(f"{CALLED} has a {name} that is no number")
    for name in OBJECTS:
        value = row.get(name, {})
        if not isinstance(value, dict) or not all(map(_number, value.values())):
            raise Unreadable(f"{CALLED} has {name} that are no numbers by name")
    return row


def _number(value: Any) -> bool:
    """Whether this is a number, or None: one that was not finite, or is not there."""
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


@dataclass
class RowReader:
    """Rows as they are read: those that can be, how many cannot, and why the first of these."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    unreadable: int = 0
    reason: str = ""
    taken: int = 0  # bytes
    full: bool = False  # whether no more are read

    def add(self, raw: bytes) -> int:
        """Take the whole lines at the beginning of `raw`; returns how many bytes they are. The rest waits for its end.

        Nothing more is taken once there are too many.
        """
        done = 0
        for line in _lines(BytesIO(raw)):
            if self.full or not line.endswith(b"\n"):
                break
            done += len(line)
            try:
                self.rows.append(parse_row(line))
            except Unreadable as error:
                self.unreadable += 1
                self.reason = self.reason or str(error)
            self._bound(len(line))
        self._bound(0, rest=len(raw) - done)
        return done

    def _bound(self, more: int, rest: int = 0) -> None:
        """See whether enough was read, `rest` being the bytes of a line that has no end yet."""
        self.taken += more
        many = len(self.rows) >= MOST_ROWS or self.unreadable >= MOST_UNREADABLE
        if not self.full and (many or self.taken + rest >= LARGEST or rest > LARGEST_ROW):
            self.full = True
            self.unreadable += 1
            self.reason = self.reason or "its numbers are too many to be read, or no rows"


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file; one that is longer than a row can be comes in pieces without an end."""
    return iter(lambda: file.readline(LARGEST_ROW + 2), b"")


def kept_lines(file: IO[bytes], last: int) -> Iterator[bytes]:
    """The lines of `file` that are rows of steps up to `last`, as they are."""
    for line in _lines(file):
        try:
            if line.endswith(b"\n") and parse_row(line)["step"] <= last:
                yield line
        except Unreadable:
            continue
