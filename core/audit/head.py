"""The head of the audit trail: how many entries there are, how long the file is, and the hash of the last entry.

It is what tells that entries were cut off the end, which a chain alone cannot. Replaced whole after every entry.
"""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from core.audit.entry import ZERO
from core.audit.places import HEAD
from core.base.atomic_files import write_whole
from core.base.errors import Unreadable
from core.untrusted.foreign_json import read_object

LARGEST = 10_000  # bytes
HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Head:
    """The last entry: its number, the size of the file with it (bytes), its hash. `BEGINNING` before the first."""

    n: int
    size: int
    hash: str


BEGINNING = Head(0, 0, ZERO)


def read_head(place: Path) -> Head | None:
    """The head in the folder of a trail; None if there is none. Unreadable in one sentence if it is none, OSError."""
    try:
        found = read_object(place / HEAD, LARGEST, "the head file")
    except FileNotFoundError:
        return None
    n, size, digest = (found.get(name) for name in ("n", "size", "hash"))
    for number in (n, size):
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise Unreadable("the head file lacks a number")
    if not isinstance(digest, str) or not HASH.fullmatch(digest):
        raise Unreadable("the head file lacks the hash of the last entry")
    return Head(int(str(n)), int(str(size)), digest)


def write_head(place: Path, head: Head) -> None:
    """Replace it; OSError in one sentence."""
    write_whole(place / HEAD, (json.dumps(asdict(head)) + "\n").encode())
