"""What is said of masks: their size, how many are empty, how far they moved, how alike they are."""

from collections.abc import Mapping

import torch
from torch import Tensor


def jaccard(first: Tensor, second: Tensor) -> Tensor:
    """(N,) the area that two masks (N, H, W) share, over the area that either has; 1 where both are empty.

    >>> one, other = torch.tensor([[[True, True, False]]]), torch.tensor([[[False, True, True]]])
    >>> round(jaccard(one, other).item(), 3)
    0.333
    """
    both, either = (first & second).flatten(1).sum(dim=1), (first | second).flatten(1).sum(dim=1)
    return torch.where(either == 0, 1.0, both / either.clamp_min(1))


def mask_numbers(masks: Tensor, before: Tensor | None) -> Mapping[str, float]:
    """About masks (N, H, W), bool, and those they replace, if any:

    `size`: mean share of the pixels. `empty`: share of the images with an empty mask. `overlap`: mean Jaccard index of
    each mask with the next image's: near 1 if all images have the same. `drift`: 1 - the mean Jaccard index with the
    mask replaced, over the images that had one. Nothing where there are no masks.
    """
    if not len(masks):
        return {}
    areas = masks.flatten(1).float().mean(dim=1)
    numbers = {"size": areas.mean().item(), "empty": (areas == 0).float().mean().item()}
    if len(masks) > 1:
        numbers["overlap"] = jaccard(masks, masks.roll(1, dims=0)).mean().item()
    if before is not None and (had := before.flatten(1).any(dim=1)).any():
        numbers["drift"] = 1 - jaccard(masks[had], before[had]).mean().item()
    return numbers
