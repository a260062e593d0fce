"""Lines at the end of a file: added whole or not at all, and the last one found without reading the others."""

import os
from dataclasses import dataclass
from pathlib import Path

from core.audit.entry import LONGEST
from core.untrusted.regular_files import open_regular


def add(path: Path, line: bytes) -> int:
    """Add `line` to the end of `path`, onto the disk itself; the new size. If the disk is full, nothing of it is left.

    A kill in between can leave the beginning of it.
    """
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    try:
        size, left = os.fstat(handle).st_size, line
        try:
            while left:
                left = left[os.write(handle, left) :]
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, size)
            raise
        return size + len(line)
    finally:
        os.close(handle)


@dataclass(frozen=True)
class Tail:
    """The end of a file: where its last whole line ends (bytes), that line without its end, and what comes after it.

    line: None where there is none, or it is too long to be an entry.
    """

    end: int
    line: bytes | None
    torn: bytes


def tail(path: Path) -> Tail:
    """The end of `path`, of which at most two lines' length is read; of no file, nothing. OSError."""
    try:
        with open_regular(path) as file:
            size = file.seek(0, os.SEEK_END)
            begin = file.seek(max(0, size - 2 * LONGEST))
            raw = file.read(2 * LONGEST)
    except FileNotFoundError:
        return Tail(0, None, b"")
    end = raw.rfind(b"\n") + 1
    if end == 0:
        return Tail(begin, None, raw)
    start = raw.rfind(b"\n", 0, end - 1) + 1
    line = raw[start : end - 1]
    whole = start > 0 or begin == 0
    return Tail(begin + end, line if whole and len(line) <= LONGEST else None, raw[end:])
