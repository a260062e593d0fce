"""The form of masks on disk: a few images with their masks and labels in an .npz file. Nothing is unpickled."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.base.atomic_files import whole


@dataclass(frozen=True, eq=False)
class MaskExamples:
    """images: uint8 (n, C, H, W); masks: bool (n, H, W), True where a pixel is called spurious; labels: (n,)."""

    images: NDArray[Any]
    masks: NDArray[Any]
    labels: NDArray[Any]


def drawn(count: int, seed: int, *rows: Tensor) -> Iterator[Tensor]:
    """The same `count` rows of each of several tensors, drawn by the seed, in their order."""
    chosen = torch.randperm(len(rows[0]), generator=torch.Generator().manual_seed(seed))[:count].sort().values
    for each in rows:
        yield each[chosen.to(each.device)]


def save_masks(path: Path, images: Tensor, masks: Tensor, labels: Tensor) -> None:
    """Write `path` (.npz), whole or not at all."""
    arrays = {"images": images, "masks": masks, "labels": labels}
    with whole(path) as file:
        np.savez_compressed(file, **{name: values.cpu().numpy() for name, values in arrays.items()})  # type: ignore[arg-type]


def load_masks(path: Path) -> MaskExamples:
    """What `save_masks` wrote; ValueError in one sentence if it is something else, OSError if it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return MaskExamples(stored["images"], stored["masks"], stored["labels"])
    except (ValueError, KeyError, EOFError, BadZipFile) as error:
        raise ValueError(f"{path.name} holds no masks that can be read") from error
