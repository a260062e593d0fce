"""The one colour scale of all signed maps: white is zero, and maps that are compared share their limit."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from core.study.maps import Maps

Pixels = NDArray[np.uint8]

# From blue (speaks against) over white (zero) to red (supports): ColorBrewer's RdBu, safe for colour-blind readers.
SCALE = np.array(
    [
        (33, 102, 172), (67, 147, 195), (146, 197, 222), (209, 229, 240),
        (255, 255, 255),
        (253, 219, 199), (244, 165, 130), (214, 96, 77), (178, 24, 43),
    ],
    dtype=np.float64,
)  # fmt: skip
HIGHEST = 99.0  # percentile of |value| that gets the strongest colour


def shared_limit(maps: Maps) -> float:
    """The value shown in the strongest colour in every map of one explainer: one scale for all that are compared.

    >>> import torch
    >>> shared_limit(Maps(torch.ones(2, 2), torch.full((2, 2), -3.0), (0, 0), {}, 0.0))
    3.0
    """
    return common_limit([maps.original, maps.attacked])


def common_limit(maps: Sequence[Tensor]) -> float:
    """The same for any maps (H, W), at least one."""
    values = np.concatenate([each.abs().flatten().numpy() for each in maps])
    limit = float(np.percentile(values, HIGHEST))
    return limit if limit > 0 else float(values.max()) or 1.0


def signed(values: Tensor, limit: float) -> Pixels:
    """A map (H, W) -> colours (H, W, 3): white at zero, red up to +limit, blue down to -limit, stronger values clipped.

    >>> import torch
    >>> signed(torch.tensor([[0.0, 2.0, -2.0]]), 2.0).tolist()
    [[[255, 255, 255], [178, 24, 43], [33, 102, 172]]]
    """
    places = (np.clip(values.double().numpy() / limit, -1, 1) + 1) / 2 * (len(SCALE) - 1)
    low = np.minimum(places.astype(int), len(SCALE) - 2)
    part = (places - low)[..., None]
    made: Pixels = np.round(SCALE[low] * (1 - part) + SCALE[low + 1] * part).astype(np.uint8)
    return made
