"""SVHN (Netzer et al. 2011): 99,289 house-number digits, cropped from photographs of streets; 32 x 32 colour."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core.contracts.interfaces import DataSet, Images
from core.data.formats.npz import Split
from core.datasets._published import Published, labelled


class Svhn(Published):
    key = "svhn"
    title = "SVHN"
    mirrored = False
    addresses = ("http://ufldl.stanford.edu/housenumbers/",)
    files = {
        "train_32x32.mat": "e26dedcc434d2e4c54c9b2d4a06d8373",
        "test_32x32.mat": "eb5a983be6a315427106f1b164d9cef3",
    }

    def unpack(self, place: Path) -> Mapping[Split, Images]:
        return {"train": _read(place / "train_32x32.mat"), "test": _read(place / "test_32x32.mat")}


def _read(path: Path) -> Images:
    """X (32, 32, 3, N) and y (N, 1) of a MATLAB file; the file calls the digit 0 class 10."""
    from scipy.io import loadmat

    found = loadmat(path, variable_names=("X", "y"))
    images, labels = np.asarray(found["X"], np.uint8), np.asarray(found["y"], np.int64).ravel()
    return labelled(images.transpose(3, 2, 0, 1), labels % 10, map(str, range(10)))


DATASETS: tuple[type[DataSet], ...] = (Svhn,)
