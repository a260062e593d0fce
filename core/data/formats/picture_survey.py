"""What the headers of many pictures say, before any of them is decoded."""

from collections import Counter
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from core.base import cancellation
from core.base.errors import Unreadable
from core.contracts.interfaces import DataFacts
from core.data.formats.grey_window import DEEP
from core.data.formats.picture_sources import Entry
from core.data.formats.picture_tree import Tree
from core.images.decode import BROKEN, FORMATS

GREY = ("1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N")


@dataclass(frozen=True)
class Survey:
    """What the headers of pictures say; deep: those of more than 8 bits a pixel."""

    facts: DataFacts
    deep: tuple[Entry, ...]


def survey(tree: Tree) -> Survey:
    """Pictures by split and class, and the size (C, H, W) most of them have, with one channel if all are grey."""
    sizes: Counter[tuple[int, int]] = Counter()
    deep: list[Entry] = []
    modes: set[str] = set()

    def readable(entry: Entry) -> bool:
        cancellation.check()
        try:
            with Image.open(BytesIO(entry.read()), formats=sorted(set(FORMATS) - {"MPO"})) as image:
                high, wide = (image.width, image.height) if turned(image) else (image.height, image.width)
                modes.add(image.mode)
                deep.extend([entry] * (image.mode in DEEP))
        except BROKEN:
            return False
        sizes[high, wide] += 1
        return True

    counts = {split: tuple(sum(map(readable, group)) for group in groups) for split, groups in tree.files.items()}
    if not sizes:
        raise Unreadable(f"{tree.called} holds no picture that can be read")
    (height, width), _ = min(sizes.items(), key=lambda item: (-item[1], item[0]))
    return Survey(DataFacts((1 if modes <= set(GREY) else 3, height, width), tree.classes, counts), tuple(deep))


def turned(image: Image.Image) -> bool:
    """Whether EXIF data ask for a turn that swaps the sides."""
    return image.getexif().get(0x0112) in (5, 6, 7, 8)
