"""An entry added to the audit trail, under its lock; what a kill or an intruder left at the end is met here.

The head file says where to go on, so that nothing but the head is read. Where the file is not as long as that says, the
last line is looked at: entries that the head does not know yet are taken in; a torn one is set aside, and an entry says
so; entries that are gone stay gone for all to see, since the next one goes on from the head.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.audit.entry import ZERO, Entry, parsed, sealed
from core.audit.events import MENDED, TRAIL_BEGUN
from core.audit.head import BEGINNING, Head, read_head, write_head
from core.audit.lines import Tail, add, tail
from core.audit.locked import alone
from core.audit.places import HEAD, LOCK, LOG, TORN
from core.base.atomic_files import write_whole
from core.base.errors import Unreadable

Stamp = Callable[[], Mapping[str, Any]]  # who and when, of an entry that is written now


def append(place: Path, said: Mapping[str, Any], stamp: Stamp) -> Entry:
    """Add an entry that says `said` (see core.audit.entry.sealed) to the trail in `place`; the entry as it stands.

    OSError, ValueError or TypeError in one sentence if it cannot be written; then nothing of it is there.
    """
    place.mkdir(parents=True, exist_ok=True)
    with alone(place / LOCK):
        head, mended = _end(place)
        if head == BEGINNING:
            head, _ = _write(place, head, {"event": TRAIL_BEGUN, "facts": {"trail": secrets.token_hex(16)}, **stamp()})
        if mended:
            head, _ = _write(place, head, {"event": MENDED, "facts": mended, **stamp()})
        _, line = _write(place, head, {**said, **stamp()})
    return parsed(line[:-1])


def _write(place: Path, head: Head, said: Mapping[str, Any]) -> tuple[Head, bytes]:
    """Entry and head, in this order: a kill between them leaves an entry that the next one takes in."""
    line = sealed(head.n + 1, head.hash, said)
    size = add(place / LOG, line)
    now = Head(head.n + 1, size, parsed(line[:-1]).hash)
    write_head(place, now)
    return now, line


def _end(place: Path) -> tuple[Head, dict[str, Any]]:
    """After what the next entry comes, and what there is to say of the state it was found in."""
    try:
        head = read_head(place)
    except Unreadable:
        head = None
    size = (place / LOG).stat().st_size if (place / LOG).is_file() else 0
    if head is not None and head.size == size:
        return head, {}
    found = tail(place / LOG)
    mended = _set_aside(place, found)
    last = _entry(found.line)
    if last is None and head is None:
        if found.end == 0:
            return BEGINNING, mended
        return Head(_count(place / LOG), found.end, ZERO), mended | {"head": _what(place)}
    if head is not None and (last is None or last.n <= head.n):
        return Head(head.n, found.end, head.hash), mended
    assert last is not None
    lost = {"head": _what(place)} if head is None and last.n > 1 else {}
    return Head(last.n, found.end, last.hash), mended | lost


def _set_aside(place: Path, found: Tail) -> dict[str, Any]:
    """Cut what is torn off the end, once it is kept in a file of its own; what to say of it."""
    if not found.torn:
        return {}
    digest = hashlib.sha256(found.torn).hexdigest()
    kept = TORN.format(digest[:16])
    write_whole(place / kept, found.torn)
    os.truncate(place / LOG, found.end)
    return {"torn": {"bytes": len(found.torn), "sha256": digest, "file": kept}}


def _entry(line: bytes | None) -> Entry | None:
    """The entry of a line, if it is intact."""
    try:
        entry = None if line is None else parsed(line)
    except Unreadable:
        return None
    return entry if entry is not None and entry.intact else None


def _what(place: Path) -> str:
    return "unreadable" if (place / HEAD).exists() else "missing"


def _count(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)
