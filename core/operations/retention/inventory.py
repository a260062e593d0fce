"""What there is of each kind that may have a limit."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

from core.base.paths import home
from core.base.run_folder import CHECKPOINT, is_name
from core.casebook.casebook import KEPT, Casebook
from core.casebook.records import CaseFilter, SavedCase
from core.operations.retention.item import Item, item, place
from core.operations.retention.needed import needed
from core.operations.server_log import NAME
from core.runs.status import read_status

_SHORT = re.compile(r"[0-9a-f]{16}", re.ASCII)
ROTATED = re.compile(rf"{re.escape(NAME)}\.[0-9]{{1,3}}", re.ASCII)
GONE = ".gone-"  # how a folder begins that is about to go: nobody reads it


def inventory(kind: str, kept: Casebook | None) -> list[Item]:
    """Every item of that kind. OSError or ValueError in one sentence if it cannot be looked at."""
    found = {"uploads": _uploads, "studies": _studies, "runs": _runs, "logs": _logs}[kind](kept)
    return [each for each in found if each is not None]


def _uploads(kept: Casebook | None) -> Iterator[Item | None]:
    folder = place("uploads")
    if folder is None:
        return
    wanted = needed(kept, home(), time.time())
    for path in sorted(folder.glob("*.image")):
        if _SHORT.fullmatch(path.stem):
            yield item("uploads", path, path.with_suffix(".json"), needed=wanted.get(path.stem, ""))


def _studies(_: Casebook | None) -> Iterator[Item | None]:
    folder = place("cases")
    for path in sorted(folder.iterdir()) if folder else ():
        if path.is_dir() and (_SHORT.fullmatch(path.name) or path.name.startswith(GONE)):
            yield item("studies", path)


def _runs(_: Casebook | None) -> Iterator[Item | None]:
    """What runs have kept to go on from: once a run has completed nothing reads it any more."""
    folder = place("runs")
    for run in sorted(folder.iterdir()) if folder else ():
        if not is_name(run.name) or run.is_symlink() or not run.is_dir():
            continue
        over = read_status(run).state == "completed"
        for path in sorted(run.iterdir()):
            if path.is_dir() and path.name.startswith((CHECKPOINT, GONE)):
                yield item("runs", path, needed="" if over else "a run that has not completed")


def _logs(_: Casebook | None) -> Iterator[Item | None]:
    folder = place("logs")
    for path in sorted(folder.iterdir()) if folder else ():
        if ROTATED.fullmatch(path.name):
            yield item("logs", path)


def long_deleted(kept: Casebook, now: float) -> list[tuple[SavedCase, Path]]:
    """The cases that were deleted so long ago that they cannot be restored any more, and their folders."""
    cases = kept.find(CaseFilter(deleted=True))
    old = [each for each in cases if each.deleted and now - each.deleted.timestamp() >= KEPT.total_seconds()]
    return [(each, kept.folder(each.uid)) for each in old]
