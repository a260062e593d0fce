"""The form of masks on disk: a few images with their masks or maps and labels in an .npz. Nothing is unpickled."""

import lzma
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tokenize import TokenError
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
import torch
from numpy.lib.format import read_array_header_1_0, read_array_header_2_0, read_magic
from numpy.typing import NDArray
from torch import Tensor

from core.base.atomic_files import whole
from core.untrusted.regular_files import open_regular

MOST_BYTES = 64 * 10**6  # of the images; a run keeps sixteen
BROKEN = (  # what zipfile and numpy raise on damaged files
    ValueError, KeyError, EOFError, BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError,
    MemoryError, struct.error, TypeError, SyntaxError, OverflowError, IndexError, AttributeError, TokenError,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class MaskExamples:
    """images: uint8 (n, C, H, W); masks: bool (n, H, W), True where a pixel is called spurious, or maps, float16.
    labels: (n,).

    indices: (n,), the numbers, from 0, of these images among all those learnt from; None in files made earlier.
    """

    images: NDArray[Any]
    masks: NDArray[Any]
    labels: NDArray[Any]
    indices: NDArray[Any] | None = None


def drawn(count: int, seed: int, *rows: Tensor) -> Iterator[Tensor]:
    """The same `count` rows of each of several tensors, drawn by the seed, in their order."""
    chosen = torch.randperm(len(rows[0]), generator=torch.Generator().manual_seed(seed))[:count].sort().values
    for each in rows:
        yield each[chosen.to(each.device)]


def save_masks(path: Path, images: Tensor, masks: Tensor, labels: Tensor, *, indices: Tensor) -> None:
    """Write `path` (.npz), whole or not at all: what MaskExamples holds."""
    arrays = {"images": images, "masks": masks, "labels": labels, "indices": indices}
    with whole(path) as file:
        np.savez_compressed(file, **{name: values.cpu().numpy() for name, values in arrays.items()})  # type: ignore[arg-type]


def load_masks(path: Path) -> MaskExamples:
    """What `save_masks` wrote; ValueError in one sentence if it is something else, OSError if it cannot be read."""
    found = MaskExamples(**stored_arrays(path, ("images", "masks", "labels"), maybe=("indices",)))
    images, masks, labels = found.images, found.masks, found.labels
    of_masks = masks.dtype == np.bool_ or (masks.dtype == np.float16 and bool(np.isfinite(masks).all()))
    kinds = images.dtype == np.uint8 and of_masks and labels.dtype.kind in "iu"
    numbered = found.indices is None or (found.indices.dtype.kind in "iu" and found.indices.shape == labels.shape)
    fits = (
        numbered
        and images.ndim == 4
        and masks.shape == (len(images), *images.shape[2:])
        and labels.shape == (len(images),)
    )
    if not (kinds and fits and images.size) or images.shape[1] not in (1, 3):
        raise ValueError(f"{path.name} holds no masks that fit their images")
    return found


def stored_arrays(path: Path, names: Iterable[str], maybe: Iterable[str] = ()) -> dict[str, NDArray[Any]]:
    """The arrays `names` of an .npz file, and those of `maybe` that it has; ValueError or OSError as above."""
    try:
        with open_regular(path) as file, ZipFile(BytesIO(file.read(MOST_BYTES))) as archive:
            there = [name for name in maybe if f"{name}.npy" in archive.namelist()]
            return {name: _array(archive, name) for name in (*names, *there)}
    except BROKEN as error:
        raise ValueError(f"{path.name} holds no masks that can be read") from error


def _array(archive: ZipFile, name: str) -> NDArray[Any]:
    """An array of an .npz, however large it says it is read no further than MOST_BYTES; ValueError if it is larger."""
    with archive.open(f"{name}.npy") as member:
        raw = member.read(MOST_BYTES + 1)
    file = BytesIO(raw)
    reader = {(1, 0): read_array_header_1_0, (2, 0): read_array_header_2_0}[read_magic(file)]
    shape, fortran, dtype = reader(file)
    if len(raw) > MOST_BYTES or dtype.hasobject:
        raise ValueError("expected as many values as the header says, and no more than can be shown")
    return np.frombuffer(raw, dtype, offset=file.tell()).reshape(shape, order="F" if fortran else "C")
