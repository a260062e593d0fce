"""A thing that may be removed, and what of a kind goes for its limit."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.base.paths import home

YOUNG = 3600.0  # seconds: what was touched since may be at work in a window


@dataclass(frozen=True)
class Item:
    """Files and folders that go together.

    paths: the one that makes it be there first; size: bytes of all; touched: seconds since 1970; needed: by what, in
    words, "" where it may go.
    """

    kind: str
    paths: tuple[Path, ...]
    size: int
    touched: float
    needed: str = ""


def item(kind: str, *paths: Path, needed: str = "") -> Item | None:
    """The item of these paths, as far as they are there; None if the first is not, or is a link: it is left alone."""
    found = [path for path in paths if os.path.lexists(path) and not path.is_symlink()]
    if paths[0] not in found:
        return None
    touched = max(path.lstat().st_mtime for path in found)
    return Item(kind, tuple(found), sum(map(size_of_tree, found)), touched, needed)


def place(name: str) -> Path | None:
    """The sub-folder of the user's folder of that name; None if there is none, or it is a link to elsewhere."""
    found = home() / name
    return found if found.is_dir() and not found.is_symlink() else None


def size_of_tree(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; links are neither followed nor counted."""
    if path.is_symlink():
        return 0
    if not path.is_dir():
        return path.lstat().st_size
    total = 0
    for folder, _, names in os.walk(path):  # which follows no links
        for name in names:
            file = Path(folder) / name
            total += 0 if file.is_symlink() else file.lstat().st_size
    return total


def over(items: Iterable[Item], limit: int | None, now: float) -> list[Item]:
    """What goes so that the rest takes at most `limit` bytes: the oldest first, nothing needed, nothing young.

    None: there is no limit, and nothing goes.
    """
    told = list(items)
    if limit is None:
        return []
    total, gone = sum(each.size for each in told), []
    for each in sorted(told, key=lambda each: (each.touched, each.paths[0].name)):
        if total <= limit:
            break
        if not each.needed and now - each.touched >= YOUNG:
            gone.append(each)
            total -= each.size
    return gone
