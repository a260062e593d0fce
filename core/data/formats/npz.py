"""Image sets in MedMNIST's .npz layout.

`{train,val,test}_images` uint8 (N, H, W[, C]), `{...}_labels` whole numbers (N,) or (N, 1), optionally `classes` (K,)
with their names. Nothing is unpickled, and images are read piece by piece: a split takes its own size in memory and
little more, however the file is compressed.
"""

from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from core.base.errors import Unreadable
from core.base.memory_info import available
from core.contracts.interfaces import DataFacts, Images
from core.data.formats.class_names import cleaned
from core.untrusted.npz_archive import NpzArchive

Split = Literal["train", "test"]
LARGEST_SIDE = 1024
WHOLE = "; save them as whole numbers from 0 (black) to 255 (white), of type uint8"
MOST_CLASSES = 100_000
MOST_VALUES = 8_000_000_000  # bytes of images in a split


def read_npz(path: Path, split: Split) -> Images:
    """One split of an .npz file; ValueError says what does not fit. `val` is the test split where there is none."""
    return read(path, path.name, split)


def facts(path: Path | IO[bytes], called: str) -> DataFacts:
    """Counts, size and classes of an .npz file, everything but the pixels checked; ValueError in one sentence."""
    with NpzArchive(path, called) as archive:
        return _facts(archive)


def read(path: Path | IO[bytes], called: str, split: Split) -> Images:
    """One split of the .npz file at `path`, a place or an open file, that people know as `called`."""
    with NpzArchive(path, called) as archive:
        part: str = split
        if split == "test" and "test_images" not in archive.names and "val_images" in archive.names:
            part = "val"
        if missing := [name for name in (f"{part}_images", f"{part}_labels") if name not in archive.names]:
            raise Unreadable(f"{called} has no {' and no '.join(missing)}; it holds {archive.content()}")
        classes = _facts(archive).classes
        count, (channels, height, width) = _size(archive, part)
        labels = _labels(archive, part, count)
        needed = count * channels * height * width
        if needed > MOST_VALUES:
            raise Unreadable(
                f"{called}: its {part} images need {needed / 1e9:.1f} GB, more than {MOST_VALUES / 1e9:.0f} GB"
            )
        if needed > available():
            raise Unreadable(f"{called}: its {part} images need {needed / 1e9:.1f} GB of memory, more than there is")
        images = torch.empty((count, channels, height, width), dtype=torch.uint8)
        done = 0
        for piece in archive.pieces(f"{part}_images"):
            rows = torch.tensor(piece).view(-1, height, width, channels)
            images[done : done + len(rows)] = rows.permute(0, 3, 1, 2)
            done += len(rows)
        return Images(images, torch.from_numpy(labels), classes)


def _facts(archive: NpzArchive) -> DataFacts:
    splits = [name for name in ("train", "val", "test") if f"{name}_images" in archive.names]
    if not splits:
        raise Unreadable(f"{archive.called} has no train_images and no test_images; it holds {archive.content()}")
    sizes = {split: _size(archive, split) for split in splits}
    if len({size for _, size in sizes.values()}) > 1:
        told = " and ".join(f"{split} {size}" for split, (_, size) in sizes.items())
        raise Unreadable(f"{archive.called}: the splits hold images of different sizes (C, H, W), {told}")
    labels = {split: _labels(archive, split, count) for split, (count, _) in sizes.items()}
    classes = _classes(archive, int(max(each.max() for each in labels.values())))
    per_class = {split: np.bincount(each, minlength=len(classes)) for split, each in labels.items()}
    return DataFacts(sizes[splits[0]][1], classes, {split: tuple(map(int, each)) for split, each in per_class.items()})


def _size(archive: NpzArchive, split: str) -> tuple[int, tuple[int, int, int]]:
    """Number of images and their (C, H, W), from the header."""
    shape, dtype = archive.header(f"{split}_images")
    if dtype != np.uint8 or len(shape) not in (3, 4):
        raise Unreadable(
            f"{archive.called}: expected uint8 images (N, H, W[, C]), got {str(dtype)[:40]} {shape}{WHOLE}"
        )
    count, height, width, channels = (*shape, 1) if len(shape) == 3 else shape
    if channels not in (1, 3):
        wanted = "images (N, H, W) or (N, H, W, C) with 1 or 3 channels"
        raise Unreadable(f"{archive.called}: expected {wanted}, got {shape}")
    if not (1 <= height <= LARGEST_SIDE and 1 <= width <= LARGEST_SIDE):
        raise Unreadable(f"{archive.called}: expected images with sides of 1 to {LARGEST_SIDE} pixels, got {shape}")
    if count < 1:
        raise Unreadable(f"{archive.called} has no {split} images")
    return count, (channels, height, width)


def _labels(archive: NpzArchive, split: str, count: int) -> NDArray[np.int64]:
    """(N,), checked against the number of images."""
    if f"{split}_labels" not in archive.names:
        raise Unreadable(f"{archive.called} has {split}_images but no {split}_labels; it holds {archive.content()}")
    stored = archive.small(f"{split}_labels")
    if stored.ndim == 2 and stored.shape[1] > 1:
        raise Unreadable(
            f"{archive.called} has {stored.shape[1]} labels an image; a classifier here gives one class an image, so "
            "data with several labels cannot be used"
        )
    if stored.dtype.kind not in "bui" or stored.size != count or stored.shape not in ((count,), (count, 1)):
        raise Unreadable(
            f"{archive.called}: expected one whole number a {split} image as its label, got {str(stored.dtype)[:40]} "
            f"{stored.shape} for {count} images"
        )
    labels = stored.reshape(count).astype(np.int64)
    if labels.min() < 0:
        raise Unreadable(f"{archive.called}: expected labels from 0 up, got {labels.min()} among the {split} labels")
    return labels


def _classes(archive: NpzArchive, most: int) -> tuple[str, ...]:
    """The names of the classes; their numbers where they have none."""
    if "classes" not in archive.names:
        if most >= MOST_CLASSES:
            raise Unreadable(f"{archive.called}: expected fewer than {MOST_CLASSES:,} classes, got a label {most}")
        return tuple(str(number) for number in range(most + 1))
    stored = archive.small("classes")
    if stored.ndim != 1 or stored.dtype.kind not in "USbui" or not 1 <= len(stored) <= MOST_CLASSES:
        raise Unreadable(
            f"{archive.called}: expected classes as a list of names, got {str(stored.dtype)[:40]} {stored.shape}"
        )
    classes = cleaned(_texts(stored, archive.called), archive.called)
    if most >= len(classes):
        raise Unreadable(f"{archive.called} names {len(classes)} classes, but has an image with the label {most}")
    return classes


def _texts(stored: NDArray[Any], called: str) -> list[str]:
    """The entries of a list of names. NumPy looks at none of the numbers that stand for characters."""
    if stored.dtype.kind == "U":
        points = stored.view(f"{stored.dtype.byteorder}u4")
        if ((points > 0x10FFFF) | ((points >= 0xD800) & (points < 0xE000))).any():
            raise Unreadable(f"{called}: the names of the classes are damaged")
    return [each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each) for each in stored.tolist()]
