"""Image sets in MedMNIST's .npz layout: {train,test}_images uint8 (N, H, W[, C]), {train,test}_labels (N[, 1])."""

import os
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from core.paths import home
from core.sources import Images


def find(name: str) -> Path | None:
    """The file `name` in `$COUNTERPROOF_DATA` or the data folder of `home()`, if it is there."""
    for place in (os.environ.get("COUNTERPROOF_DATA"), home() / "data"):
        if place and (Path(place) / name).is_file():
            return Path(place) / name
    return None


def read_npz(path: Path, split: Literal["train", "test"]) -> Images:
    """One split of an .npz file; ValueError says what does not fit. Nothing is unpickled."""
    with np.load(path, allow_pickle=False) as data:
        if missing := [name for name in (f"{split}_images", f"{split}_labels") if name not in data.files]:
            raise ValueError(f"{path.name} has no {' and no '.join(missing)}; it holds {', '.join(data.files)}")
        images, labels = data[f"{split}_images"], data[f"{split}_labels"]
        classes = data["classes"] if "classes" in data.files else np.arange(int(labels.max()) + 1)
    if images.dtype != np.uint8 or images.ndim not in (3, 4):
        raise ValueError(f"{path.name}: expected uint8 images (N, H, W[, C]), got {images.dtype} {images.shape}")
    labels = labels.reshape(len(labels), -1)
    if labels.shape != (len(images), 1):
        raise ValueError(f"{path.name}: expected one label an image, got {labels.shape} for {len(images)} images")
    stacked = torch.from_numpy(images if images.ndim == 4 else images[..., None]).permute(0, 3, 1, 2).contiguous()
    return Images(stacked, torch.from_numpy(labels[:, 0].astype(np.int64)), tuple(str(name) for name in classes))
