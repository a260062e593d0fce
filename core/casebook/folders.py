"""A case's folder: written whole or not at all, read back, removed; what a killed save left, and what is in no row."""

import fcntl
import os
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.base.atomic_files import write_whole
from core.bundles import comparison_folder, comparison_read, read, write
from core.casebook.places import BUSY, LOST, PART, THUMBNAIL, hidden, is_uid
from core.casebook.thumbnail import thumbnail
from core.compare.comparison import Comparison
from core.study.study import Study

OLD = 3600.0  # seconds after which a folder that belongs to no case was left by a save that was killed


def write_folder(contents: Study | Comparison, cases: Path, uid: str) -> None:
    """Write the contents of a case into `cases/uid`, whole and on the disk, or leave nothing; ValueError, OSError."""
    part = cases / hidden(uid)
    part.mkdir(parents=True)
    try:
        if isinstance(contents, Study):
            write.save(contents, part)
        else:
            comparison_folder.save(contents, part)
        write_whole(part / THUMBNAIL, thumbnail(contents))
        flush(part)
        put(part, cases, uid)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def flush(part: Path) -> None:
    """Have all of a folder on the disk."""
    for path in [*part.rglob("*"), part]:
        _to_disk(path)


def put(part: Path, cases: Path, uid: str) -> None:
    """Call a folder that is whole `cases/uid`; OSError if there is one of that name."""
    part.rename(cases / uid)
    _to_disk(cases)


def read_folder(folder: Path, kind: str) -> Study | Comparison:
    """The contents of a case of that kind; ValueError or OSError in one sentence if they are not whole."""
    return read.load(folder) if kind == "image" else comparison_read.load(folder)


def remove_folder(cases: Path, uid: str) -> None:
    """Remove the folder of a case that is in the casebook no more: first out of sight, so that no half is seen."""
    part = cases / hidden(uid)
    if (cases / uid).is_dir() and not (cases / uid).is_symlink():
        shutil.rmtree(part, ignore_errors=True)
        (cases / uid).rename(part)
    shutil.rmtree(part, ignore_errors=True)


def clear_parts(cases: Path) -> None:
    """Remove the hidden folders, older than an hour, that killed saves have left; none while cases are brought in."""
    with _held(cases.parent / BUSY, fcntl.LOCK_EX | fcntl.LOCK_NB) as free:
        for path in _old(cases) if free else ():
            if path.name.endswith(PART) and path.name == hidden(path.name[1:17]):
                shutil.rmtree(path, ignore_errors=True)


@contextmanager
def bringing_in(cases: Path) -> Iterator[None]:
    """Inside, however long it takes, nobody takes the hidden folders in `cases` for what was left over."""
    cases.mkdir(parents=True, exist_ok=True)
    with _held(cases.parent / BUSY, fcntl.LOCK_SH):
        yield


def put_aside(cases: Path, known: Collection[str]) -> list[str]:
    """Move the visible folders, older than an hour, that are none of the `known` cases out of the way, whole; which."""
    lost, moved = cases.parent / LOST, []
    for path in _old(cases):
        if is_uid(path.name) and path.name not in known and not os.path.lexists(lost / path.name):
            lost.mkdir(exist_ok=True)
            path.rename(lost / path.name)
            moved.append(path.name)
    return moved


def take_back(cases: Path, known: Collection[str]) -> None:
    """Move the folders of `known` cases that were put aside back to their place, where that is free."""
    lost = cases.parent / LOST
    for path in list(lost.iterdir()) if lost.is_dir() and cases.is_dir() else ():
        if path.name in known and path.is_dir() and not path.is_symlink() and not os.path.lexists(cases / path.name):
            path.rename(cases / path.name)


def _old(cases: Path) -> list[Path]:
    """The folders in `cases` that are older than an hour."""
    if not cases.is_dir():
        return []
    folders, now = (each for each in cases.iterdir() if each.is_dir() and not each.is_symlink()), time.time()
    return [each for each in folders if now - each.stat().st_mtime >= OLD]


@contextmanager
def _held(lock: Path, how: int) -> Iterator[bool]:
    """Hold `lock` inside, if it can be had; a file system without locks goes on without."""
    handle, had = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666), True
    try:
        try:
            fcntl.flock(handle, how)
        except BlockingIOError:
            had = False
        except OSError:
            pass
        yield had
    finally:
        os.close(handle)


def _to_disk(path: Path) -> None:
    """Have the system write a file or a folder out; one that it cannot do that for is as well kept as it can be."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
