"""Random rectangles of images, from numbers drawn beforehand: CutMix's, and those of random erasing."""

import torch
from torch import Tensor

SMALLEST, LARGEST, FLATTEST = 0.02, 0.4, 0.3  # of random erasing: shares of the area, and the least aspect ratio
TRIES = 8  # draws of a size, the first of which that fits is taken; of a hundred thousand, one has none


def rectangles(top: Tensor, left: Tensor, bottom: Tensor, right: Tensor, height: int, width: int) -> Tensor:
    """(..., H, W) bool: rows `top` to before `bottom`, columns `left` to before `right`, each of shape (...).

    >>> each = [torch.tensor([number]) for number in (0, 1, 1, 3)]
    >>> rectangles(*each, 2, 3).int().tolist()
    [[[0, 1, 1], [0, 0, 0]]]
    """
    down = torch.arange(height, device=top.device)
    across = torch.arange(width, device=top.device)
    rows = (down >= top[..., None]) & (down < bottom[..., None])
    columns = (across >= left[..., None]) & (across < right[..., None])
    return rows[..., :, None] & columns[..., None, :]


def cutmix_rectangles(drawn: Tensor, height: int, width: int) -> Tensor:
    """(..., H, W) bool, from numbers (..., 3) in [0, 1): of a uniform area, around a uniform centre, cut at the edge.

    CutMix (Yun et al. 2019, arXiv 1905.04899; github:clovaai/CutMix-PyTorch, commit 9dc8245, `rand_bbox` with beta 1):
    with l the first number, sides of the share sqrt(1 - l), rounded down.

    An area of a quarter, around the middle:

    >>> cutmix_rectangles(torch.tensor([0.75, 0.5, 0.5]), 4, 4).int().tolist()
    [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    """
    share = (1 - drawn[..., 0]).sqrt()
    edges = []
    for length, place in ((height, drawn[..., 1]), (width, drawn[..., 2])):
        half, centre = (length * share).long() // 2, (length * place).long()
        edges.append(((centre - half).clamp(0, length), (centre + half).clamp(0, length)))
    (top, bottom), (left, right) = edges
    return rectangles(top, left, bottom, right, height, width)


def erasing_rectangles(drawn: Tensor, height: int, width: int) -> Tensor:
    """(..., H, W) bool, from numbers (..., 2 TRIES + 2) in [0, 1): of uniform area and aspect ratio, somewhere within.

    Random erasing (Zhong et al. 2020, arXiv 1708.04896; github:zhunzhong07/Random-Erasing, commit 77a4ed0): an area of
    0.02 to 0.4 of the image's and a height of 0.3 to 3.3 times the width; those that are not smaller than the image are
    drawn again. Empty if none of the TRIES is.

    The first try, an area of 0.4 and the height 3.3 times the width, is too high for a square; the second, as large, is
    as high as wide, 2.53, and lies in the lower right corner:

    >>> drawn = torch.zeros(18)
    >>> drawn[:4], drawn[16:] = torch.tensor([0.999, 0.999, 0.999, 0.231]), 0.999
    >>> erasing_rectangles(drawn, 4, 4).int().tolist()
    [[0, 0, 0, 0], [0, 1, 1, 1], [0, 1, 1, 1], [0, 1, 1, 1]]
    """
    sizes = drawn[..., : 2 * TRIES].reshape(*drawn.shape[:-1], TRIES, 2)
    area = (SMALLEST + (LARGEST - SMALLEST) * sizes[..., 0]) * height * width
    aspect = FLATTEST + (1 / FLATTEST - FLATTEST) * sizes[..., 1]
    high, wide = (area * aspect).sqrt().round().long(), (area / aspect).sqrt().round().long()
    fits = (high < height) & (wide < width)
    first = fits.int().argmax(dim=-1, keepdim=True)  # 0 where none fits
    any_ = fits.any(dim=-1)
    high, wide = (torch.where(any_, each.gather(-1, first)[..., 0], 0) for each in (high, wide))
    top = (drawn[..., -2] * (height - high + 1)).long().clamp_max(height)
    left = (drawn[..., -1] * (width - wide + 1)).long().clamp_max(width)
    return rectangles(top, left, top + high, left + wide, height, width)
