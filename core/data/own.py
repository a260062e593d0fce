"""The user's own data sets: an .npz or a .zip of pictures comes in, is checked, and is kept as an .npz."""

import math
import re
from contextlib import suppress
from pathlib import Path
from typing import IO

from core.access.belonging import belonging, visible_names
from core.access.permission import require
from core.audit.events import ADDED, REMOVED
from core.audit.hashes import file_hash
from core.audit.record import record
from core.base.atomic_files import whole
from core.base.errors import Unreadable
from core.base.held import held
from core.base.paths import find, home, places
from core.catalog import DATASETS
from core.contracts.interfaces import DataFacts, Images, Progress
from core.data.fingerprint import fingerprint_of
from core.data.formats import npz, npz_write, picture_folder
from core.data.formats.npz import Split
from core.data.formats.picture_sources import in_zip
from core.data.formats.picture_survey import survey
from core.data.formats.picture_tree import tree as sorted_tree
from core.data.own_file import expect_room, holds

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
KEPT = "data/own/{}.npz"  # where added data lie, as the audit trail names files: from the user's folder on
HELD = "somebody is adding or deleting data called {} just now"


def folder() -> Path:
    """Where data that were added are kept."""
    return home() / "data" / "own"


def names() -> tuple[str, ...]:
    """The names of the own data that who is acting may see: those that were added, and .npz files laid into one of
    `places()` by hand.

    A folder that cannot be read has none to offer.
    """
    with suppress(OSError):
        return tuple(visible_names("data", _all()))
    return ()


def _all() -> list[str]:
    return sorted({path.stem for path in (*_files(folder()), *_by_hand())})


def _files(place: Path) -> list[Path]:
    paths = sorted(place.glob("*.npz")) if place.is_dir() else []
    return [path for path in paths if NAME.fullmatch(path.stem) and path.is_file()]


def _by_hand() -> list[Path]:
    return [path for place in places() for path in _files(place) if path.stem not in DATASETS]


def place(name: str) -> Path:
    """The file of the data set `name`; ValueError if there is none."""
    if NAME.fullmatch(name) and visible_names("data", [name]):
        path = folder() / f"{name}.npz"
        if path.is_file():
            return path
        if name not in DATASETS and (file := find(f"{name}.npz")):
            return file
    raise ValueError(f"there are no own data called {name[:40]!r}")


def removable(name: str) -> bool:
    """Whether `name` was added here; files laid down by hand are the user's to delete."""
    return bool(NAME.fullmatch(name)) and (folder() / f"{name}.npz").is_file()


def remove(name: str) -> None:
    """Delete data that were added; ValueError if there are none of that name, or who is acting may not."""
    require("delete", belonging("data", name) if NAME.fullmatch(name) else None)
    if not removable(name):
        raise ValueError(f"there are no data called {name[:40]!r} that were added here")
    with held(folder() / f".{name}.lock", HELD.format(name)):
        (folder() / f"{name}.npz").unlink(missing_ok=True)
        belonging("data", name).forget()
    record(REMOVED, {"what": "data", "name": f"own:{name}", "removed": [KEPT.format(name)]})


def facts(name: str) -> DataFacts:
    """Counts, size and classes, without reading the images."""
    path = place(name)
    return npz.facts(path, path.name)


def install(
    file: IO[bytes],
    name: str,
    *,
    called: str = "the file",
    size: tuple[int, int, int] | None = None,
    progress: Progress | None = None,
) -> tuple[str, tuple[str, ...]]:
    """Check an open .npz, or .zip of one folder per class, and keep it as the data `name`; ("own:name", notes).

    `called` is the file's own name. `size` (C, H, W) is what pictures in a .zip are brought to; without it the size
    most of them have. ValueError in one sentence if anything does not fit, or who is acting may not add data; OSError
    if it cannot be stored.
    """
    require("data")
    if not NAME.fullmatch(name):
        raise ValueError("expected a name of 1 to 40 letters, digits, - and _, beginning with a letter or digit")
    with held(folder() / f".{name}.lock", f"{HELD.format(name)}; choose another name"):
        if name in _all():
            raise ValueError(f"there are already data called {name}; choose another name")
        notes = _stored(file, name, called, size, progress)
    return f"own:{name}", tuple(dict.fromkeys(filter(None, notes)))  # what holds for both splits is said once


def _stored(
    file: IO[bytes], name: str, called: str, size: tuple[int, int, int] | None, progress: Progress | None
) -> list[str]:
    """Check and keep it, under a name that is free and held; the notes."""
    notes: list[str] = []
    kind = holds(file, called)
    tree = sorted_tree(in_zip(file, called), called) if kind == "pictures" else None
    if tree is not None:
        size = size or survey(tree).facts.size

    def load(split: Split) -> Images:
        data = npz.read(file, called, split) if tree is None else picture_folder.load(tree, split, size, progress)
        notes.extend(data.notes)
        return data

    if tree is None:
        counts, shape = (told := npz.facts(file, called)).counts, told.size
        splits = [counts.get("train", 0), counts.get("test", counts.get("val", 0))]
    else:
        splits, shape = [sum(map(len, groups)) for groups in tree.files.values()], size or (1, 1, 1)
    target = folder() / f"{name}.npz"
    expect_room(target, math.prod(shape), splits, called)
    try:
        with belonging("data", name).anew(), whole(target) as out:
            npz_write.write(out, load)
    except Unreadable:
        raise
    except OSError as error:
        raise OSError(f"{name} could not be stored in {target.parent}: {error.strerror or error}") from error
    kept = {"files": {KEPT.format(name): file_hash(target)}, "data_fingerprint": fingerprint_of(target)}
    return [*notes, record(ADDED, {"what": "data", "name": f"own:{name}"} | kept)]
