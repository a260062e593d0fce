"""USPS (Hull 1994): 9,298 handwritten digits from envelopes, 16 x 16 grey."""

import bz2
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core.contracts.interfaces import DataSet, Images
from core.data.formats.npz import Split
from core.datasets._published import Published, labelled


class Usps(Published):
    key = "usps"
    title = "USPS"
    mirrored = False
    addresses = ("https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/",)
    files = {"usps.bz2": "ec16c51db3855ca6c91edd34d0e9b197", "usps.t.bz2": "8ea070ee2aca1ac39742fdd1ef5ed118"}

    def unpack(self, place: Path) -> Mapping[Split, Images]:
        return {"train": _read(place / "usps.bz2"), "test": _read(place / "usps.t.bz2")}


def _read(path: Path) -> Images:
    """Lines "label 1:value ... 256:value": labels count from 1, values go from -1 to 1."""
    rows = [line.replace(b":", b" ").split() for line in bz2.decompress(path.read_bytes()).splitlines()]
    numbers = np.array(rows).astype(np.float32)
    images = ((numbers[:, 2::2] + 1) / 2 * 255).astype(np.uint8).reshape(-1, 1, 16, 16)
    return labelled(images, numbers[:, 0].astype(np.int64) - 1, map(str, range(10)))


DATASETS: tuple[type[DataSet], ...] = (Usps,)
