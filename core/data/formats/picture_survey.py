"""What the headers of many pictures say, before any of them is decoded."""

from collections import Counter
from dataclasses import dataclass

from core.base import cancellation
from core.base.errors import Unreadable
from core.contracts.interfaces import DataFacts
from core.data.formats.picture_sources import Entry
from core.data.formats.picture_tree import Tree
from core.images.decode import is_dicom, picture_facts


@dataclass(frozen=True)
class Survey:
    """What the headers of pictures say; deep: those that may have other levels than 8 bits can show."""

    facts: DataFacts
    deep: tuple[Entry, ...]


def survey(tree: Tree) -> Survey:
    """Pictures by split and class, and the size (C, H, W) most of them have, with one channel if all are grey."""
    sizes: Counter[tuple[int, int]] = Counter()
    deep: list[Entry] = []
    colour = False

    def readable(entry: Entry) -> bool:
        nonlocal colour
        cancellation.check()
        try:
            told = picture_facts(raw := entry.read(), entry.parts[-1])
        except (ValueError, OSError):
            return False
        sizes[told.height, told.width] += 1
        colour = colour or not told.grey
        if not is_dicom(raw) and (told.bits > 8 or entry.ending in ("tif", "tiff")):
            deep.append(entry)
        return True

    counts = {split: tuple(sum(map(readable, group)) for group in groups) for split, groups in tree.files.items()}
    if not sizes:
        raise Unreadable(f"{tree.called} holds no picture that can be read")
    (height, width), _ = min(sizes.items(), key=lambda item: (-item[1], item[0]))
    return Survey(DataFacts((3 if colour else 1, height, width), tree.classes, counts), tuple(deep))
