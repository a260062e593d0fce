"""The middle of a picture made larger, to the size the picture has."""

import math

from torch import Tensor
from torch.nn.functional import interpolate


def middle(images: Tensor, factor: float) -> Tensor:
    """The middle 1 / factor of each side of images (N, C, H, W), resized linearly, corner on corner, and cut to H x W.

    factor 1 or more. Of a row of four the middle two make a row of four at factor 2, each corner where it was:

    >>> import torch
    >>> middle(torch.tensor([[[[9.0, 0.0, 3.0, 9.0]] * 4]]), 2.0)[0, 0, 0].tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    inner = [math.ceil(side / factor) for side in images.shape[2:]]
    top, left = ((side - less) // 2 for side, less in zip(images.shape[2:], inner, strict=True))
    crop = images[:, :, top : top + inner[0], left : left + inner[1]]
    size = [round(side * factor) for side in inner]
    large = interpolate(crop, size=size, mode="bilinear", align_corners=True)
    height, width = images.shape[2:]
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    return large[:, :, top : top + height, left : left + width]
