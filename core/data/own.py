"""The user's own data sets: an .npz or a .zip of pictures comes in, is checked, and is kept as an .npz."""

import math
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import IO

from core.audit.events import ADDED, REMOVED
from core.audit.hashes import file_hash
from core.audit.record import record
from core.base.atomic_files import whole
from core.base.errors import Unreadable
from core.base.paths import find, home, places
from core.catalog import DATASETS
from core.contracts.interfaces import DataFacts, Images, Progress
from core.data.fingerprint import fingerprint_of
from core.data.formats import npz, npz_write, picture_folder
from core.data.formats.npz import Split
from core.data.formats.picture_sources import MOST_FILES, in_zip
from core.data.formats.picture_survey import survey
from core.data.formats.picture_tree import tree as sorted_tree
from core.untrusted.bounded_zip import BoundedZip

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def folder() -> Path:
    """Where data that were added are kept."""
    return home() / "data" / "own"


def names() -> tuple[str, ...]:
    """The names of your own data: those that were added, and .npz files laid into one of `places()` by hand.

    A folder that cannot be read has none to offer.
    """
    with suppress(OSError):
        return tuple(sorted({path.stem for path in (*_files(folder()), *_by_hand())}))
    return ()


def _files(place: Path) -> list[Path]:
    paths = sorted(place.glob("*.npz")) if place.is_dir() else []
    return [path for path in paths if NAME.fullmatch(path.stem) and path.is_file()]


def _by_hand() -> list[Path]:
    return [path for place in places() for path in _files(place) if path.stem not in DATASETS]


def place(name: str) -> Path:
    """The file of the data set `name`; ValueError if there is none."""
    if NAME.fullmatch(name):
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
    """Delete data that were added; ValueError if there are none of that name."""
    if not removable(name):
        raise ValueError(f"there are no data called {name[:40]!r} that were added here")
    (folder() / f"{name}.npz").unlink()
    record(REMOVED, {"what": "data", "name": f"own:{name}", "removed": [_kept(name)]})


def _kept(name: str) -> str:
    """Where added data lie, as the audit trail names files: from the user's folder on."""
    return f"data/own/{name}.npz"


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
    most of them have. ValueError in one sentence if anything does not fit, OSError if it cannot be stored.
    """
    if not NAME.fullmatch(name):
        raise ValueError("expected a name of 1 to 40 letters, digits, - and _, beginning with a letter or digit")
    if name in names():
        raise ValueError(f"there are already data called {name}; choose another name")
    notes: list[str] = []
    kind = _holds(file, called)
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
    _room(target, math.prod(shape), splits, called)
    try:
        with whole(target) as out:
            npz_write.write(out, load)
    except Unreadable:
        raise
    except OSError as error:
        raise OSError(f"{name} could not be stored in {target.parent}: {error.strerror or error}") from error
    kept = {"files": {_kept(name): file_hash(target)}, "data_fingerprint": fingerprint_of(target)}
    notes.append(record(ADDED, {"what": "data", "name": f"own:{name}"} | kept))
    return f"own:{name}", tuple(dict.fromkeys(filter(None, notes)))  # what holds for both splits is said once


def _room(target: Path, each: int, splits: list[int], called: str) -> None:
    """Refuse what is too large, `each` bytes an image, or finds no room on the disk, before any of it is unpacked."""
    if each * max(splits) > npz.MOST_VALUES:
        raise Unreadable(f"{called} holds more than {npz.MOST_VALUES / 1e9:.0f} GB of images in a split; take fewer")
    above = next(place for place in target.parents if place.exists())
    if (needed := each * sum(splits)) > (free := shutil.disk_usage(above).free):
        raise Unreadable(f"{called} needs {needed / 1e9:.1f} GB in {target.parent}, where {free / 1e9:.1f} GB are free")


def _holds(file: IO[bytes], called: str) -> str:
    """Whether a file is an .npz ("arrays") or a .zip of pictures ("pictures"), told by its contents."""
    with BoundedZip(file, called, most=MOST_FILES) as archive:
        arrays = any(name.endswith(".npy") and "/" not in name for name in archive.members)
    return "arrays" if arrays else "pictures"
