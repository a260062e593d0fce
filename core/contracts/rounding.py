"""Where a map is rounding and nothing else: below a floor that the precision of the computation sets, there is none.

A method that hides parts of a picture, or fades it in, and finds that nothing changes is left with the differences of
numbers that should be equal. They are not 0 but as large as float32 rounds: a relative 1.2e-7 (EPS) of the numbers,
times what the layers of a network add up. They have an order like any other values, so they would be ranked and told.
"""

from typing import Literal

import torch
from torch import Tensor

Unit = Literal["score", "probability", "own"]

EPS = torch.finfo(torch.float32).eps
SCORE = 2**13  # EPS of the largest score: a tenth of a percent of it
PROBABILITY = 2**4  # EPS of a probability: two millionths
ORDER = 2**6  # EPS of a map's largest value: a range within that has no order


def above_rounding(values: Tensor, unit: Unit, largest: float) -> Tensor:
    """`values` (N, H, W), with 0 for a map that is not above rounding.

    In the unit of a score what rounds is the sum of |values|, for the values share out a difference of two scores;
    `largest` is the largest |score| that was seen. In that of a probability each value is a difference of its own. On
    plain pictures, of networks shipped and large, rounding came to a ninth of the one floor and a twentieth of the
    other at most; maps of real pictures to a thousand times, and to a hundred times. Maps in a unit of their own are
    left: their methods know what rounds (PGCA), or there is no difference in them (Grad-CAM++).

    >>> maps = torch.tensor([[[1e-3, -2.0]], [[1e-7, -2e-7]]])
    >>> above_rounding(maps, "score", 4.0).count_nonzero(dim=(1, 2)).tolist()
    [2, 0]
    """
    if unit == "own":
        return values
    sizes = values.detach().abs().flatten(1)
    told = sizes.sum(dim=1) > SCORE * EPS * largest if unit == "score" else sizes.amax(dim=1) > PROBABILITY * EPS
    return torch.where(told.view(-1, 1, 1), values, torch.zeros_like(values))


def blank(values: Tensor) -> bool:
    """Whether a map (H, W) is no map to compare: the same value everywhere, but for rounding.

    >>> blank(torch.zeros(2, 2)), blank(torch.full((2, 2), 0.1)), blank(torch.tensor([[0.1, 0.2]]))
    (True, True, False)
    """
    return bool((values.max() - values.min()) <= ORDER * EPS * values.abs().max())
