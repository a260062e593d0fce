"""Labelled images from pictures, one folder per class: train/CLASS/*.png and test/CLASS/*.png, or CLASS/*.png alone."""

from collections import Counter
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from core.base import cancellation
from core.base.errors import Unreadable
from core.contracts.interfaces import DataFacts, Images, Progress
from core.data.formats.grey_window import common_window, eight_bits
from core.data.formats.npz import LARGEST_SIDE, MOST_VALUES, Split
from core.data.formats.picture_notes import counted
from core.data.formats.picture_sources import in_folder
from core.data.formats.picture_survey import survey
from core.data.formats.picture_tree import Tree, tree


def read_folder(
    path: Path, split: Split, *, size: tuple[int, int, int] | None = None, progress: Progress | None = None
) -> Images:
    """One split of a folder of pictures, brought to `size` (C, H, W): the shorter side scaled, the centre cut out.

    Classes are the names of the sub-folders, in alphabetical order. Where there are no folders `train` and `test`
    (`val` stands in for `test`), a fifth of each class, drawn with a fixed seed from its sorted files, is the test
    split. Without `size` it is the size most pictures have, in grey if every file is grey. Files that cannot be read
    are skipped and counted in `notes`. ValueError in one sentence if there are fewer than two classes or no pictures.
    """
    return load(_tree(path), split, size, progress)


def folder_facts(path: Path) -> DataFacts:
    """What lies in a folder of pictures, told from the headers of its files."""
    return survey(_tree(path)).facts


def _tree(path: Path) -> Tree:
    links: list[str] = []
    return tree(list(in_folder(path, links)), path.name or str(path), links)


def load(
    tree: Tree, split: Split, size: tuple[int, int, int] | None = None, progress: Progress | None = None
) -> Images:
    """The pictures of a split, decoded and brought to `size`."""
    if split not in tree.files:
        there = " and ".join(tree.files)
        raise Unreadable(f"{tree.called} has no {split} split, only {there}; lay its folders of classes into {split}")
    seen = survey(tree)
    size = size or seen.facts.size
    if size[0] not in (1, 3) or not all(1 <= side <= LARGEST_SIDE for side in size[1:]):
        raise Unreadable(
            f"{tree.called}: expected 1 or 3 channels and sides of 1 to {LARGEST_SIDE} pixels, got {size}; give a size"
        )
    files = [(number, entry) for number, group in enumerate(tree.files[split]) for entry in group]
    if len(files) * size[0] * size[1] * size[2] > MOST_VALUES:
        many = f"{len(files):,} pictures of {size} are too many at once"
        raise Unreadable(f"{tree.called}: {many}; choose a smaller size")
    window = common_window(seen.deep)
    images = np.empty((len(files), *size), np.uint8)
    labels: list[int] = []
    told: Counter[str] = Counter()
    for number, entry in files:
        cancellation.check()
        if progress is not None:
            progress(len(labels) / len(files), f"Reading {len(files):,} pictures")
        try:
            pixels, done = eight_bits(entry, window)
        except (ValueError, OSError):
            continue
        images[len(labels)] = _fitted(pixels, size)
        labels.append(number)
        told.update((*done, *_fit_notes(pixels, size)))
    if not labels:
        raise Unreadable(f"{tree.called} holds no {split} picture that can be read")
    if split == "train" and len(set(labels)) < 2:
        one = "readable train pictures of one class only"
        raise Unreadable(f"{tree.called} holds {one}; expected at least two classes")
    skipped = len(files) - len(labels)
    notes = [f"{skipped:,} of {len(files):,} {split} files could not be read and were left out."] if skipped else []
    notes += [*counted(told, len(labels), split), *tree.notes]
    return Images(torch.from_numpy(images[: len(labels)]), torch.tensor(labels), tree.classes, tuple(notes))


def _fit_notes(pixels: NDArray[np.uint8], size: tuple[int, int, int]) -> list[str]:
    """What is lost where a picture is brought to a size."""
    channels, *sides = size
    notes = [] if list(pixels.shape[:2]) == sides else ["Scaled to the common size, with what juts out cut off."]
    grey = channels == 3 or bool((pixels == pixels[..., :1]).all())
    return notes if grey else [*notes, "Its colours were dropped."]


def _fitted(pixels: NDArray[np.uint8], size: tuple[int, int, int]) -> NDArray[np.uint8]:
    """(H, W, 3) -> (C, H, W): the largest centred part of the wanted shape, resampled once; grey is the luminance."""
    channels, high, wide = size
    image = Image.fromarray(pixels)
    if channels == 1:
        image = image.convert("L")
    if image.size != (wide, high):
        part = min(image.width / wide, image.height / high)
        left, upper = (image.width - part * wide) / 2, (image.height - part * high) / 2
        image = image.resize(
            (wide, high), Image.Resampling.BICUBIC, (left, upper, left + part * wide, upper + part * high)
        )
    values = np.asarray(image)
    return values[None] if channels == 1 else values.transpose(2, 0, 1)
