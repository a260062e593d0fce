"""Removing what the limits leave no room for, and cases deleted long ago; one process at a time."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from core.access.belonging import belonging
from core.base.paths import home
from core.operations.retention.inventory import GONE, inventory, long_deleted
from core.operations.retention.item import Item, over, size_of_tree
from core.operations.retention.limits import KINDS
from core.operations.retention.needed import casebook
from core.runs.files import remove, take
from core.runs.status import read_status

BUSY = ".retention.lock"


@dataclass(frozen=True)
class Tidied:
    """What went, or would go.

    gone: the items by kind; kept: bytes of each kind that stay; deleted: (cases deleted long ago, their bytes);
    failed: what could not be removed and why, a sentence each without a full stop.
    """

    gone: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    deleted: tuple[int, int] = (0, 0)
    failed: tuple[str, ...] = ()


def tidy(limits: Mapping[str, int], *, dry: bool = False) -> Tidied:
    """Remove what is over these limits, unless `dry`; returns what went. A kind without a limit keeps everything.

    What a saved case, a run or a window may need stays, so a kind can stay above its limit. ValueError or OSError in
    one sentence if something cannot be looked at; nothing of that kind has gone then. OSError, too, while another
    process tidies.
    """
    now = time.time()
    with nullcontext() if dry or not home().is_dir() else _alone(home() / BUSY):
        book = casebook()
        old = long_deleted(book, now) if book else []
        deleted = (len(old), sum(size_of_tree(folder) for _, folder in old))
        if book and not dry:
            book.purge()
        gone: dict[str, tuple[Item, ...]] = {}
        kept: dict[str, int] = {}
        failed: list[str] = []
        for kind in KINDS:
            saving = book.session(writes=True) if book and kind == "uploads" and not dry else nullcontext()
            with saving:  # so that no case is saved with an upload that is about to go
                there = inventory(kind, book)
                leaving = over(there, limits.get(kind), now)
                done = leaving if dry else [each for each in leaving if _removed(each, failed)]
            gone[kind] = tuple(done)
            kept[kind] = sum(each.size for each in there) - sum(each.size for each in done)
    return Tidied(gone, kept, deleted, tuple(failed))


def _removed(each: Item, failed: list[str]) -> bool:
    """Remove an item, a folder first out of sight; whether it is gone. Why it is not is added to `failed`."""
    first = each.paths[0]
    try:
        if each.kind == "runs" and read_status(first.parent).state != "completed":
            return False
        for path in each.paths:
            if path.is_dir() and not path.is_symlink() and not path.name.startswith(GONE):
                path = path.rename(path.with_name(f"{GONE}{path.name}"))
            remove(path)
        if each.kind == "uploads":
            belonging("uploads", first.stem).forget_names()
    except FileNotFoundError:  # somebody else was first
        return not os.path.lexists(first)
    except OSError as error:
        failed.append(f"{first.name} of {KINDS[each.kind]} stays: {error.strerror or error}")
        return False
    return True


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Be the only process that tidies; OSError in one sentence where another does."""
    handle = take(lock, wait=0.0)
    if handle is None:
        raise OSError("another process is tidying up at this moment; nothing was removed")
    try:
        yield
    finally:
        os.close(handle)
