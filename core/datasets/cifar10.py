"""CIFAR-10 (Krizhevsky 2009): 60,000 small colour pictures of ten kinds of thing. Binary, no pickle."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core.contracts.interfaces import DataSet, Images
from core.data.formats.npz import Split
from core.datasets._published import Published, labelled, members

ARCHIVE = "cifar-10-binary.tar.gz"
BATCHES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))


class Cifar10(Published):
    key = "cifar10"
    title = "CIFAR-10"
    addresses = ("https://www.cs.toronto.edu/~kriz/",)
    files = {ARCHIVE: "c32a1d4ab5d03f1284b67883e8d87530"}

    def unpack(self, place: Path) -> Mapping[Split, Images]:
        found = members(place / ARCHIVE, (*BATCHES, "test_batch.bin", "batches.meta.txt"))
        classes = found["batches.meta.txt"].decode().split()
        return {
            "train": records(b"".join(found[name] for name in BATCHES), 1, classes),
            "test": records(found["test_batch.bin"], 1, classes),
        }


def records(raw: bytes, labels: int, classes: list[str]) -> Images:
    """CIFAR's records: `labels` bytes of labels, the last of which counts, then 32 x 32 pixels, channel by channel."""
    rows = np.frombuffer(raw, np.uint8).reshape(-1, labels + 3 * 32 * 32)
    return labelled(rows[:, labels:].reshape(-1, 3, 32, 32), rows[:, labels - 1], classes)


DATASETS: tuple[type[DataSet], ...] = (Cifar10,)
