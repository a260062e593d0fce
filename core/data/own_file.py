"""A file that somebody brings as data of their own: what it holds, and whether there is room for it."""

import shutil
from pathlib import Path
from typing import IO

from core.base.errors import Unreadable
from core.data.formats import npz
from core.data.formats.picture_sources import MOST_FILES
from core.untrusted.bounded_zip import BoundedZip


def expect_room(target: Path, each: int, splits: list[int], called: str) -> None:
    """Refuse what is too large, `each` bytes an image, or finds no room on the disk, before any of it is unpacked."""
    if each * max(splits) > npz.MOST_VALUES:
        raise Unreadable(f"{called} holds more than {npz.MOST_VALUES / 1e9:.0f} GB of images in a split; take fewer")
    above = next(place for place in target.parents if place.exists())
    if (needed := each * sum(splits)) > (free := shutil.disk_usage(above).free):
        raise Unreadable(f"{called} needs {needed / 1e9:.1f} GB in {target.parent}, where {free / 1e9:.1f} GB are free")


def holds(file: IO[bytes], called: str) -> str:
    """Whether a file is an .npz ("arrays") or a .zip of pictures ("pictures"), told by its contents."""
    with BoundedZip(file, called, most=MOST_FILES) as archive:
        arrays = any(name.endswith(".npy") and "/" not in name for name in archive.members)
    return "arrays" if arrays else "pictures"
