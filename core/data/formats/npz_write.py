"""Writing image sets in the .npz layout that core.data.formats.npz reads, a split at a time."""

import zipfile
from collections.abc import Callable
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.contracts.interfaces import Images
from core.data.formats.npz import Split
from core.untrusted.zip_member import PIECE


def write(file: IO[bytes], load: Callable[[Split], Images]) -> None:
    """Write both splits to an open file as an uncompressed .npz; `load` is asked for one at a time."""
    with zipfile.ZipFile(file, "w") as archive:
        classes: tuple[str, ...] = ()
        splits: tuple[Split, ...] = ("train", "test")
        for split in splits:
            data = load(split)
            count, channels, height, width = data.images.shape
            rows = max(PIECE // max(channels * height * width, 1), 1)
            with archive.open(f"{split}_images.npy", "w", force_zip64=True) as member:
                shape = (count, height, width, channels)[: 4 if channels > 1 else 3]
                npy.write_array_header_1_0(member, {"shape": shape, "fortran_order": False, "descr": "|u1"})
                for begin in range(0, count, rows):
                    member.write(data.images[begin : begin + rows].permute(0, 2, 3, 1).contiguous().numpy().tobytes())
            _member(archive, f"{split}_labels", data.labels.numpy())
            classes = data.classes
            del data
        _member(archive, "classes", np.asarray(classes))


def _member(archive: zipfile.ZipFile, name: str, values: NDArray[Any]) -> None:
    with archive.open(f"{name}.npy", "w") as member:
        npy.write_array(member, values, allow_pickle=False)
