"""Cutting an image into parts that are covered or shown together."""

import hashlib
import threading
from collections import OrderedDict

import numpy as np
import torch
from torch import Tensor

from core.base import cancellation

KINDS = {
    "slic": "following edges (SLIC)", "grid": "a regular grid", "quickshift": "following colours (quickshift)",
}  # fmt: skip
KEPT = 8  # cuts remembered: the controls of a case, and its later calls, share one reference picture

_kept: OrderedDict[tuple[bytes, tuple[int, ...], str, int], np.ndarray] = OrderedDict()
_lock = threading.Lock()


def grid(height: int, width: int, rows: int, columns: int) -> Tensor:
    """(H, W) numbers of the cells of a regular grid, row by row from 0.

    >>> grid(2, 4, 1, 2).tolist()
    [[0, 0, 1, 1], [0, 0, 1, 1]]
    """
    rows, columns = min(rows, height), min(columns, width)
    down = torch.arange(height) * rows // height
    across = torch.arange(width) * columns // width
    return down[:, None] * columns + across


def superpixels(images: Tensor, kind: str = "slic", count: int = 50) -> Tensor:
    """(N, C, H, W) in [0, 1] -> (N, H, W) int64, for each image the numbers 0 ... S - 1 of its parts, all in use.

    slic: about `count` parts that follow edges (Achanta et al. 2012). grid: the square grid with about `count` cells.
    quickshift: what the `lime` package uses (kernel 4, max_dist 200, ratio 0.2); it chooses their number itself. An
    image of one channel is cut like the grey photograph it is; of more than three, by their mean.
    """
    if kind not in KINDS:
        raise ValueError(f"expected superpixels among {', '.join(KINDS)}, got {kind!r}")
    many, channels, height, width = images.shape
    if kind == "grid":
        side = max(1, round(count**0.5))
        return grid(height, width, side, side).to(images.device).expand(many, -1, -1)
    if channels != 3:
        images = images.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
    pictures = images.permute(0, 2, 3, 1).cpu().double().numpy()
    return torch.from_numpy(np.stack(_cut_all(pictures, kind, count))).to(images.device)


def _cut_all(pictures: np.ndarray, kind: str, count: int) -> list[np.ndarray]:
    """The cut of each picture (H, W, 3); equal ones are cut once, and the last `KEPT` cuts are not made again."""
    cuts: dict[tuple[bytes, tuple[int, ...], str, int], np.ndarray] = {}
    keys = []
    for picture in pictures:
        cancellation.check()
        key = (hashlib.sha256(picture.tobytes()).digest(), picture.shape, kind, count)
        keys.append(key)
        if key in cuts:
            continue
        with _lock:
            known = _kept.get(key)
        cuts[key] = _cut(picture, kind, count) if known is None else known
    with _lock:
        for key, cut in cuts.items():
            _kept[key] = cut
            _kept.move_to_end(key)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return [cuts[key] for key in keys]


def _cut(picture: np.ndarray, kind: str, count: int) -> np.ndarray:
    """(H, W, 3) -> (H, W) int64 numbers without holes."""
    from skimage.segmentation import quickshift, slic

    if kind == "slic":
        parts = slic(picture, n_segments=count, compactness=10, start_label=0)
    else:
        parts = quickshift(picture, kernel_size=4, max_dist=200, ratio=0.2, rng=42)
    return np.unique(parts, return_inverse=True)[1].reshape(parts.shape).astype(np.int64)


def mean_colours(images: Tensor, parts: Tensor) -> Tensor:
    """(N, C, H, W) -> the same with every part (N, H, W) painted in its mean colour.

    >>> mean_colours(torch.tensor([[[[0.0, 1.0, 0.25]]]]), torch.tensor([[[0, 0, 1]]])).flatten().tolist()
    [0.5, 0.5, 0.25]
    """
    index = parts.flatten(1)[:, None].expand(-1, images.shape[1], -1)
    sums = images.new_zeros(*images.shape[:2], int(parts.max()) + 1)
    counts = sums.scatter_add(2, index, torch.ones_like(images.flatten(2)))
    means = sums.scatter_add(2, index, images.flatten(2)) / counts.clamp_min(1)
    return means.gather(2, index).view_as(images)
