"""Which file is of which class: pictures in one folder per class, on disk or in a .zip."""

import os
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from core.base.errors import Unreadable
from core.data.formats.archive import BROKEN, METHODS
from core.images.decode import MOST_BYTES

TRAIN, TEST = ("train", "training"), ("test", "testing", "val", "valid", "validation")
TEST_SHARE = 0.2
MOST_FILES = 500_000
MOST_UNPACKED = 20_000_000_000  # bytes in a .zip, unpacked
MOST_CLASSES = 10_000
IGNORED = ("__MACOSX", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Entry:
    """A file: its folders and name, and how to get its bytes."""

    parts: tuple[str, ...]
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Tree:
    """The pictures by split and class: `files[split][class number]`, `classes` in order of their names."""

    called: str
    classes: tuple[str, ...]
    files: dict[str, tuple[tuple[Entry, ...], ...]]


def zip_tree(file: IO[bytes], called: str) -> Tree:
    """What lies where in a .zip; ValueError if it has links, ways out of its folder, or is far too large."""
    try:
        archive = zipfile.ZipFile(file)
        found = [info for info in archive.infolist() if not info.is_dir()]
    except (*BROKEN, OSError) as error:
        raise Unreadable(f"{called} is not a .zip file that can be read") from error
    if len(found) > MOST_FILES or sum(info.file_size for info in found) > MOST_UNPACKED:
        raise Unreadable(
            f"{called} holds more than {MOST_FILES:,} files or {MOST_UNPACKED // 10**9} GB; take fewer or smaller ones"
        )
    for info in found:
        parts = info.filename.split("/")
        if ".." in parts or not parts[0] or "\\" in info.filename or ":" in parts[0]:
            raise Unreadable(f"{called} holds a file that points out of its folder, and is not read")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise Unreadable(f"{called} holds links, and is not read; put the pictures themselves into it")
        if info.flag_bits & 1 or info.compress_type not in METHODS:
            raise Unreadable(f"{called} is encrypted or compressed in a rare way; make an ordinary .zip")

    def reader(info: zipfile.ZipInfo) -> Callable[[], bytes]:
        def read() -> bytes:
            try:
                return archive.read(info) if info.file_size <= MOST_BYTES else b""
            except BROKEN as error:
                raise Unreadable("damaged") from error

        return read

    return tree((Entry(tuple(info.filename.split("/")), reader(info)) for info in found), called)


def walk(path: Path) -> Iterator[Entry]:
    """Every file below a folder; links are not followed."""
    for place, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not (Path(place) / name).is_symlink())
        for name in sorted(names):
            file = Path(place) / name
            if file.is_file() and not file.is_symlink():
                yield Entry(file.relative_to(path).parts, _reader(file))


def _reader(file: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        return file.read_bytes() if file.stat().st_size <= MOST_BYTES else b""

    return read


def tree(entries: Iterator[Entry], called: str) -> Tree:
    """Files sorted into splits and classes."""
    files = sorted(
        (e for e in entries if not any(part in IGNORED or part.startswith(".") for part in e.parts)),
        key=lambda e: e.parts,
    )
    if len(files) > MOST_FILES:
        raise Unreadable(f"{called} holds more than {MOST_FILES:,} files")
    while len({e.parts[0] for e in files}) == 1 and sum(len(e.parts) > 2 for e in files) > len(files) / 2:
        files = [Entry(e.parts[1:], e.read) for e in files if len(e.parts) > 1]  # a folder around everything
    heads = {e.parts[0].lower() for e in files if len(e.parts) > 2}
    if heads & {*TRAIN}:
        chosen = {"train": TRAIN, "test": [name for name in TEST if name in heads][:1]}
        sorted_ = {
            split: [Entry(e.parts[1:], e.read) for e in files if len(e.parts) > 2 and e.parts[0].lower() in names]
            for split, names in chosen.items()
        }
    else:
        sorted_ = {"all": [e for e in files if len(e.parts) > 1]}
    classes = tuple(sorted({e.parts[0] for entries in sorted_.values() for e in entries}))
    if not 2 <= len(classes) <= MOST_CLASSES:
        raise Unreadable(
            f"{called} has pictures in {len(classes) or 'no'} class folder{'s' * (len(classes) != 1)}; expected at "
            "least two folders, each with the pictures of one class and named after it"
        )
    grouped = {
        split: tuple(tuple(e for e in entries if e.parts[0] == name) for name in classes)
        for split, entries in sorted_.items()
    }
    if not grouped.get("test"):
        grouped = _split(grouped.get("all") or grouped["train"])
    elif not any(grouped["test"]):
        grouped = _split(grouped["train"])
    return Tree(called, classes, grouped)


def _split(groups: Sequence[Sequence[Entry]]) -> dict[str, tuple[tuple[Entry, ...], ...]]:
    """A fifth of each class for the test split (at least one file of a class with two or more), by a fixed seed."""
    train, test = [], []
    for files in groups:
        order = np.random.default_rng(0).permutation(len(files))
        share = max(round(TEST_SHARE * len(files)), 1) if len(files) > 1 else 0
        test.append(tuple(files[i] for i in sorted(order[:share])))
        train.append(tuple(files[i] for i in sorted(order[share:])))
    return {"train": tuple(train), "test": tuple(test)}
