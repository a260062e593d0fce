"""Receipts: a run's folder keeps the number and hash of every entry about it, as a witness beside the trail."""

import json
from pathlib import Path

from core.audit.entry import Entry
from core.audit.lines import add
from core.base.errors import Unreadable
from core.base.run_folder import RECEIPTS
from core.untrusted.foreign_json import parse_object
from core.untrusted.regular_files import read_regular

LARGEST = 64 * 10**6  # bytes of a file of receipts


def give(folder: Path, entry: Entry) -> None:
    """Add the receipt of `entry` in a run's folder; OSError."""
    add(folder / RECEIPTS, (json.dumps({"n": entry.n, "hash": entry.hash}) + "\n").encode())


def receipts(folder: Path) -> list[tuple[int, str]]:
    """(number, hash) of each receipt in a run's folder; what is none, as after a kill, is passed over. OSError."""
    try:
        raw = read_regular(folder / RECEIPTS, LARGEST)
    except FileNotFoundError:
        return []
    found = []
    for line in raw.splitlines():
        try:
            said = parse_object(line, "the receipt")
        except Unreadable:
            continue
        n, digest = said.get("n"), said.get("hash")
        if isinstance(n, int) and not isinstance(n, bool) and isinstance(digest, str):
            found.append((n, digest))
    return found
