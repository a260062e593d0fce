"""Example masks as pictures."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.spurious.mask_files import load_masks
from core.study.colour_scale import common_limit
from core.study.figures import overlay, png

TINT = np.array([255, 140, 20], dtype=np.float64)
SIDE = 128  # pixels of an example at least
GAP = 8  # pixels between two examples


def strip_png(path: Path) -> bytes:
    """The examples of a masks file as one picture (PNG); empty if it cannot be read."""
    try:
        examples = load_masks(path)
        return png(strip(examples.images, examples.masks))
    except (OSError, ValueError):
        return b""


def strip(images: NDArray[Any], masks: NDArray[Any], side: int = SIDE, most: int = 8) -> NDArray[np.uint8]:
    """Examples beside one another, (H, W, 4), with nothing in between: each enlarged, its mask tinted and outlined.

    images: uint8 (n, C, H, W), one or three channels; masks: bool (n, H, W), or maps of numbers, which are shown over
    the grey images in the colours of all maps, with one limit for all of them. ValueError if they do not fit.
    """
    if images.ndim != 4 or images.shape[1] not in (1, 3) or masks.shape != images[:, 0].shape or not len(images):
        raise ValueError(f"expected images (n, C, H, W) and masks (n, H, W), got {images.shape} and {masks.shape}")
    tiles = []
    times = max(1, -(-side // min(images.shape[2:])))
    maps = list(torch.from_numpy(masks[:most].astype(np.float32))) if masks.dtype.kind == "f" else None
    limit = 0.0 if maps is None else common_limit(maps)
    for number, (image, mask) in enumerate(zip(images[:most], masks[:most], strict=True)):
        if maps is None:
            large = _tinted(image, mask.astype(bool), times)
        else:
            below = torch.from_numpy(image / np.float32(255))
            large = enlarged(overlay(maps[number], below, limit), times).astype(np.float64)
        tiles.append(np.pad(np.dstack([large, np.full(large.shape[:2], 255.0)]), ((0, 0), (0, GAP), (0, 0))))
    made: NDArray[np.uint8] = np.concatenate(tiles, axis=1)[:, :-GAP].round().astype(np.uint8)
    return made


def enlarged(picture: NDArray[Any], times: int) -> NDArray[Any]:
    """(H, W, ...) -> (times H, times W, ...), pixel by pixel."""
    return picture.repeat(times, 0).repeat(times, 1)


def _tinted(image: NDArray[Any], mask: NDArray[Any], times: int) -> NDArray[Any]:
    """(H, W, 3): the image (C, H, W), enlarged, with its mask (H, W) tinted and outlined."""
    colours = np.broadcast_to(image, (3, *image.shape[1:])).transpose(1, 2, 0).astype(np.float64)
    colours[mask] = 0.6 * colours[mask] + 0.4 * TINT
    large, region = enlarged(colours, times), enlarged(mask, times)
    edge = outline(region)
    inner = outline(region & ~edge)
    large[edge | inner] = TINT
    large[outline(region & ~edge & ~inner)] = 0  # a dark line inside, so that it shows on orange too
    return large


def outline(mask: NDArray[Any]) -> NDArray[Any]:
    """The pixels of a mask (H, W) that touch its outside; the edge of the picture is none.

    >>> outline(np.array([[1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 1, 0]], dtype=bool)).astype(int).tolist()
    [[0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 1, 0]]
    """
    around = np.pad(mask, 1, mode="edge")
    inside = around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    edge: NDArray[Any] = mask & ~inside
    return edge
