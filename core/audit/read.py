"""The audit trail as it lies on the disk: every line, what it says, and how long the file is with it."""

from dataclasses import dataclass
from pathlib import Path

from core.audit.entry import LONGEST, Entry, parsed
from core.audit.places import LOG
from core.base.errors import Unreadable
from core.untrusted.regular_files import open_regular


@dataclass(frozen=True)
class Line:
    """A whole line of the file. number: from 1; size: of the file up to its end, in bytes; entry: None if none."""

    number: int
    size: int
    raw: bytes
    entry: Entry | None


def read_lines(place: Path) -> tuple[list[Line], bytes]:
    """The whole lines of the trail in `place`, and what is torn after them; none where there is no file. OSError."""
    lines: list[Line] = []
    size, torn = 0, b""
    try:
        with open_regular(place / LOG) as file:
            while raw := file.readline(LONGEST + 2):
                size += len(raw)
                whole = raw.endswith(b"\n")
                while not raw.endswith(b"\n") and (more := file.readline(LONGEST)):  # a line that is too long
                    size, whole = size + len(more), more.endswith(b"\n")
                    if whole:
                        break
                if not whole:
                    torn = raw
                    break
                lines.append(Line(len(lines) + 1, size, raw, _entry(raw)))
    except FileNotFoundError:
        pass
    return lines, torn


def _entry(raw: bytes) -> Entry | None:
    try:
        return parsed(raw.removesuffix(b"\n"))
    except Unreadable:
        return None
