"""STL-10 (Coates, Lee, Ng 2011): 13,000 labelled colour pictures of ten kinds of thing, 96 x 96. A download of 2.6 GB,
most of it pictures without labels, which are not kept."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core.contracts.interfaces import DataSet, Images
from core.data.formats.npz import Split
from core.datasets._published import Published, labelled, members

ARCHIVE = "stl10_binary.tar.gz"


class Stl10(Published):
    key = "stl10"
    title = "STL-10"
    addresses = ("http://ai.stanford.edu/~acoates/stl10/",)
    files = {ARCHIVE: "91f7769df0f17e558f3565bffb0c7dfb"}

    def unpack(self, place: Path) -> Mapping[Split, Images]:
        wanted = ("train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin", "class_names.txt")
        found = members(place / ARCHIVE, wanted)
        classes = found["class_names.txt"].decode().split()
        splits: tuple[Split, ...] = ("train", "test")
        return {split: _split(found[f"{split}_X.bin"], found[f"{split}_y.bin"], classes) for split in splits}


def _split(images: bytes, labels: bytes, classes: list[str]) -> Images:
    """Pixels lie channel by channel, column by column; labels count from 1."""
    columns = np.frombuffer(images, np.uint8).reshape(-1, 3, 96, 96)
    return labelled(columns.transpose(0, 1, 3, 2), np.frombuffer(labels, np.uint8).astype(np.int64) - 1, classes)


DATASETS: tuple[type[DataSet], ...] = (Stl10,)
