"""The corrupted test images that Hendrycks and Dietterich published, CIFAR-10-C and CIFAR-100-C, read where they lie.

A folder of arrays CORRUPTION.npy, uint8 (5 n, 32, 32, 3), the n test images at severity 1, then at 2 and so on, and
labels.npy (5 n,); n is 10,000 in the published ones. The arrays stay on disk: what is asked for is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.base.errors import Unavailable, Unreadable
from core.base.paths import expanded, home, places
from core.catalog import CORRUPTIONS
from core.contracts.corruption import SEVERITIES
from core.contracts.interfaces import Images

LABELS = "labels"
SHAPE = (32, 32, 3)
ADDRESSES = {  # where the archives are to be had, each a .tar with one folder
    "CIFAR-10-C": "https://zenodo.org/records/2535967/files/",
    "CIFAR-100-C": "https://zenodo.org/records/3555552/files/",
}


@dataclass(frozen=True, eq=False)
class PublishedCorruptions:
    """The images of one folder, `called` by its name: arrays by corruption, and labels (n,)."""

    called: str
    arrays: Mapping[str, NDArray[np.uint8]]
    labels: Tensor

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.arrays)

    def __len__(self) -> int:
        return len(self.labels)

    def part(self, corruption: str, severity: int, begin: int, end: int) -> Tensor:
        """Images `begin` to `end`, corrupted: uint8 (end - begin, 3, 32, 32)."""
        first = (severity - 1) * len(self)
        rows = self.arrays[corruption][first + begin : first + end]
        return torch.from_numpy(np.array(rows.transpose(0, 3, 1, 2), order="C"))

    def expect_same(self, data: Images) -> None:
        """ValueError unless `data` begins with the images that these were made from, as far as labels and size tell."""
        both = min(len(self), len(data))
        if tuple(data.images.shape[1:]) != (3, 32, 32) or not torch.equal(self.labels[:both], data.labels[:both]):
            raise ValueError(f"the test images are not those that {self.called} was made from, in their order")


def published_corruptions(name: str) -> PublishedCorruptions:
    """CIFAR-10-C or CIFAR-100-C from a folder for data, or the folder that `name` says.

    Unavailable where there is none; Unreadable (a ValueError) in one sentence where a file is not as published.
    """
    place = _folder(name)
    labels = _array(place, LABELS)
    count = len(labels) // len(SEVERITIES) if labels.ndim == 1 else 0
    if labels.dtype.kind not in "iu" or count < 1 or len(labels) != count * len(SEVERITIES):
        raise Unreadable(f"{place.name}: expected {LABELS}.npy to hold five times as many labels as there are images")
    by_severity = np.array(labels, dtype=np.int64).reshape(len(SEVERITIES), count)
    if (by_severity != by_severity[0]).any():
        raise Unreadable(f"{place.name}: expected {LABELS}.npy to hold the same labels at every severity")
    arrays = {}
    for key in CORRUPTIONS:
        arrays[key] = _array(place, key)
        if arrays[key].dtype != np.uint8 or arrays[key].shape != (len(labels), *SHAPE):
            shown = f"{arrays[key].dtype} {arrays[key].shape}"[:80]
            raise Unreadable(f"{place.name}: expected {key}.npy to be uint8 {(len(labels), *SHAPE)}, got {shown}")
    return PublishedCorruptions(place.name, arrays, torch.from_numpy(by_severity[0].copy()))


def _folder(name: str) -> Path:
    if name not in ADDRESSES:
        place = expanded(name)
        if not name.strip() or "\0" in name or not place.is_dir():
            raise ValueError(f"there is no folder {name[:200]!r}, and none of {' and '.join(ADDRESSES)} is called so")
        return place
    found = next((place / name for place in places() if (place / name).is_dir()), None)
    if found is None:
        raise Unavailable(
            f"{name} is not on this machine",
            f"Unpack {ADDRESSES[name]}{name}.tar (2.9 GB) into {home() / 'data'}, or name the folder it is in.",
        )
    return found


def _array(place: Path, name: str) -> NDArray[Any]:
    """One file, left on disk."""
    path = place / f"{name}.npy"
    if not path.is_file():
        raise Unreadable(f"{place.name} has no {path.name}")
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise Unreadable(f"{place.name}: {path.name} is no whole array of numbers") from error
    if not isinstance(found, np.memmap):
        raise Unreadable(f"{place.name}: {path.name} is no array of numbers")
    return found
