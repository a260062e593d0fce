"""A case's folder: written whole or not at all, read back, removed, and what a killed save left swept away."""

import os
import shutil
import time
from pathlib import Path

from core.base.atomic_files import write_whole
from core.bundles import comparison_folder, comparison_read, read, write
from core.casebook.places import PART, THUMBNAIL, hidden, is_uid
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


def strays(cases: Path) -> tuple[list[str], list[Path]]:
    """(uids of visible folders, hidden parts) that are older than an hour: of the former, some may be in no row."""
    if not cases.is_dir():
        return [], []
    shown, parts, now = [], [], time.time()
    for path in cases.iterdir():
        if path.is_symlink() or not path.is_dir() or now - path.stat().st_mtime < OLD:
            continue
        if is_uid(path.name):
            shown.append(path.name)
        elif path.name.endswith(PART) and path.name == hidden(path.name[1:17]):
            parts.append(path)
    return shown, parts


def _to_disk(path: Path) -> None:
    """Have the system write a file or a folder out; one that it cannot do that for is as well kept as it can be."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
