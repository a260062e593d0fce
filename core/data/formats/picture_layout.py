"""How the folders around pictures are to be read: which are around everything, which are splits, which are classes."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from core.base.errors import Unreadable
from core.data.formats.picture_notes import names
from core.data.formats.picture_sources import Entry
from core.untrusted.zip_member import shown

SPLITS = {
    "train": ("train", "training"), "test": ("test", "testing"), "val": ("val", "valid", "validation", "dev"),
}  # fmt: skip
EXPECTED = (
    "expected at least two folders, each with the pictures of one class and named after it, alone or inside folders "
    "train and test"
)
Groups = dict[str, list[Entry]]  # by the name of a folder, what lies in it


def inner(files: list[Entry], *, whole: bool = True) -> list[Entry]:
    """The files without folders around everything; one called train or test is such a one if it is not the `whole`."""
    while True:
        groups = by_folder(files)
        if len(groups) != 1 or not _deep(*groups.values()):
            return files
        ((name, found),) = groups.items()
        if whole and _split(name) and not all(map(_split, by_folder(found))):
            return files
        files = found


def by_folder(files: Iterable[Entry]) -> Groups:
    """What lies in each folder at the top, as seen from there; without the files beside the folders."""
    groups: Groups = {}
    for each in files:
        if len(each.parts) > 1:
            groups.setdefault(each.parts[0], []).append(replace(each, parts=each.parts[1:]))
    return groups


def _deep(files: list[Entry]) -> bool:
    """Whether most of what lies in a folder lies in folders there."""
    return 2 * sum(len(each.parts) > 1 for each in files) > len(files)


def _split(name: str) -> str:
    """Which split a folder is named after; "" if it is not.

    >>> [_split(name) for name in ("Train", "training_set", "valid", "test-images", "trains")]
    ['train', 'train', 'val', 'test', '']
    """
    word = re.sub(r"[\W_]+", "", name.casefold())
    word = re.sub(r"(?<=.)(set|data|images|split)$", "", word)
    return next((split for split, words in SPLITS.items() if word in words), "")


def by_split(files: list[Entry], called: str) -> Groups:
    """The files of each split, or all of them as "all"."""
    folders = by_folder(files)
    named = {name: _split(name) for name in folders}
    splits = [name for name in folders if named[name] and _deep(folders[name])]
    if not splits:
        if len(folders) > 1 and all(named.values()):
            seen = f"pictures lie directly in {names(folders)}, so their classes are not known"
            raise Unreadable(f"{called}: {seen}; {EXPECTED}")
        _unmistakable(folders, called)
        return {"all": files}
    if beside := [name for name in folders if not named[name]]:
        seen = f"beside {names(splits)} there are folders of another kind, {names(beside)}"
        raise Unreadable(f"{called}: {seen}; {EXPECTED}")
    if len({named[name] for name in splits}) < len(splits):
        raise Unreadable(f"{called} has several folders for the same split, {names(splits)}; {EXPECTED}")
    return {named[name]: folders[name] for name in splits}


def _unmistakable(folders: Groups, called: str) -> None:
    """Refuse folders of which it cannot be told whether they or those within are the classes."""
    within = [set(by_folder(found)) for found in folders.values()]
    shared = Counter(name for inside in within for name in inside)
    if len(shared) > 1 and min(shared.values()) > 1 and all(map(_deep, folders.values())):
        seen = f"{names(folders)} hold folders of the same names, {names(sorted(shared))}"
        raise Unreadable(f"{called}: {seen}, so it cannot be told which are the classes; {EXPECTED}")
    tops = set(folders)
    for name, inside in zip(folders, within, strict=True):
        if twice := sorted((inside & tops) - {name}):
            raise Unreadable(f"{called}: {shown(twice[0])} lies at the top and within {shown(name)} too; {EXPECTED}")
