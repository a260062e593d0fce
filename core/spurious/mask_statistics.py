"""What is said of masks: their size, how many are empty, how far they moved, how alike they are."""

from collections.abc import Mapping

import torch
from torch import Tensor

from core.base import cancellation

PART = 250  # masks looked at in one go: of large images, all at once would take several times their size


def jaccard(first: Tensor, second: Tensor) -> Tensor:
    """(N,) the area that two masks (N, H, W) share, over the area that either has; 1 where both are empty.

    >>> one, other = torch.tensor([[[True, True, False]]]), torch.tensor([[[False, True, True]]])
    >>> round(jaccard(one, other).item(), 3)
    0.333
    """
    both, either = (first & second).flatten(1).sum(dim=1), (first | second).flatten(1).sum(dim=1)
    return torch.where(either == 0, 1.0, both / either.clamp_min(1))


def mask_statistics(masks: Tensor, before: Tensor | None) -> Mapping[str, float]:
    """About masks (N, H, W), bool, and those they replace, if any:

    `size`: mean share of the pixels. `empty`: share of the images with an empty mask. `overlap`: mean Jaccard index of
    each mask with the next image's: near 1 if all images have the same. `drift`: 1 - the mean Jaccard index with the
    mask replaced, over the images that had one. Nothing where there are no masks.
    """
    if not len(masks):
        return {}
    areas, overlaps, drifts = [], [], []
    for rows in torch.split(torch.arange(len(masks)), PART):
        cancellation.check()
        some = masks[rows]
        areas.append(some.flatten(1).sum(dim=1) / some[0].numel())
        overlaps.append(jaccard(some, masks[(rows - 1) % len(masks)]))
        if before is not None:
            had = before[rows].flatten(1).any(dim=1)
            drifts.append(1 - jaccard(some[had], before[rows[had]]))
    numbers = {"size": torch.cat(areas).mean().item(), "empty": (torch.cat(areas) == 0).float().mean().item()}
    if len(masks) > 1:
        numbers["overlap"] = torch.cat(overlaps).mean().item()
    if drifts and len(drift := torch.cat(drifts)):
        numbers["drift"] = drift.mean().item()
    return numbers
