"""Which file is of which class: pictures in one folder per class, or in such folders inside train and test."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.base.errors import Unreadable
from core.data.formats.class_names import cleaned
from core.data.formats.picture_layout import EXPECTED, Groups, by_folder, by_split, inner
from core.data.formats.picture_notes import left_out, names
from core.data.formats.picture_sources import Entry

TEST_SHARE = 0.2
MOST_CLASSES = 10_000


@dataclass(frozen=True)
class Tree:
    """The pictures by split and class: `files[split][class number]`, `classes` in order of their names.

    A split that is not there is not among the files. notes: sentences on what was left out.
    """

    called: str
    classes: tuple[str, ...]
    files: Mapping[str, tuple[tuple[Entry, ...], ...]]
    notes: tuple[str, ...] = ()


def tree(entries: Iterable[Entry], called: str, links: Sequence[str] = ()) -> Tree:
    """Files sorted into splits and classes; Unreadable says what was seen where that cannot be told for certain."""
    pictures: list[Entry] = []
    others: list[Entry] = []
    for entry in sorted(entries, key=lambda each: each.parts):
        (pictures if entry.is_picture() else others).append(entry)
    if not pictures:
        seen = f"it holds {names(each.parts[-1] for each in others)}" if others else "it holds no files"
        raise Unreadable(f"{called} has pictures in no class folders: {seen}; {EXPECTED}")
    files = inner(pictures)
    parts = by_split(files, called)
    groups = {split: by_folder(inner(found, whole=False)) for split, found in parts.items()}
    notes = left_out(pictures, others, links)
    if outside := len(pictures) - sum(map(_count, groups.values())):
        notes.append(f"{outside:,} of {len(pictures):,} pictures lie in no class folder and were left out.")
    if "val" in groups:
        unused = groups.pop("val")
        if groups.setdefault("test", unused) is not unused:
            notes.append(f"{_count(unused):,} pictures of the folder val are not used, beside those of test.")
    known = {name.casefold() for name in groups.get("train", ())}
    if known and groups.get("test") and known.isdisjoint(map(str.casefold, groups["test"])):
        unknown = groups.pop("test")
        notes.append(f"{_count(unknown):,} test pictures lie in no folder of a train class and were left out.")
    return _sorted(called, groups, notes)


def _count(groups: Groups) -> int:
    return sum(map(len, groups.values()))


def _sorted(called: str, groups: Mapping[str, Groups], notes: list[str]) -> Tree:
    """The tree; where there is no test split, a fifth of what there is becomes one."""
    folders = sorted({name for group in groups.values() for name in group})
    if len(folders) > MOST_CLASSES:
        raise Unreadable(f"{called} has pictures in {len(folders):,} class folders; at most {MOST_CLASSES:,} are read")
    if len(folders) < 2:
        seen = f"{len(folders) or 'no'} class folder{'s' * (len(folders) != 1)}"
        raise Unreadable(f"{called} has pictures in {seen}{f' ({names(folders)})' * bool(folders)}; {EXPECTED}")
    classes = cleaned(folders, called)
    files = {split: tuple(tuple(group.get(name, ())) for name in folders) for split, group in groups.items()}
    if "test" in files and "train" in files and (unseen := [name for name in folders if name not in groups["train"]]):
        notes.append(f"There are no train pictures of {names(unseen)}.")
    if "test" not in files:
        files = _held_back(files.get("all") or files["train"])
    return Tree(called, classes, files, tuple(notes))


def _held_back(groups: Sequence[Sequence[Entry]]) -> dict[str, tuple[tuple[Entry, ...], ...]]:
    """A fifth of each class for the test split (at least one file of a class with two or more), by a fixed seed."""
    train, test = [], []
    for files in groups:
        order = np.random.default_rng(0).permutation(len(files))
        share = max(round(TEST_SHARE * len(files)), 1) if len(files) > 1 else 0
        test.append(tuple(files[i] for i in sorted(order[:share])))
        train.append(tuple(files[i] for i in sorted(order[share:])))
    return {"train": tuple(train), "test": tuple(test)}
