"""CIFAR-100 (Krizhevsky 2009): 60,000 small colour pictures of a hundred kinds of thing. Binary, no pickle."""

from collections.abc import Mapping
from pathlib import Path

from core.contracts.interfaces import DataSet, Images
from core.data.formats.npz import Split
from core.datasets._published import Published, members
from core.datasets.cifar10 import records

ARCHIVE = "cifar-100-binary.tar.gz"


class Cifar100(Published):
    key = "cifar100"
    title = "CIFAR-100"
    addresses = ("https://www.cs.toronto.edu/~kriz/",)
    files = {ARCHIVE: "03b5dce01913d631647c71ecec9e9cb8"}

    def unpack(self, place: Path) -> Mapping[Split, Images]:
        found = members(place / ARCHIVE, ("train.bin", "test.bin", "fine_label_names.txt"))
        classes = found["fine_label_names.txt"].decode().split()
        return {"train": records(found["train.bin"], 2, classes), "test": records(found["test.bin"], 2, classes)}


DATASETS: tuple[type[DataSet], ...] = (Cifar100,)
