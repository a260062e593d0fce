"""Arrays to pictures: maps on a signed scale, amplified changes. Pure: tensors in, uint8 arrays or PNG bytes out."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
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


def pixels(image: Tensor) -> Pixels:
    """An image (C, H, W) in [0, 1], one or three channels -> (H, W, 3), rounded to 8 bits."""
    colours = (image.clamp(0, 1) * 255).round().byte()
    made: Pixels = np.ascontiguousarray(colours.expand(3, *image.shape[1:]).permute(1, 2, 0).numpy())
    return made


def overlay(values: Tensor, image: Tensor, limit: float, opacity: float = 0.7) -> Pixels:
    """A map (H, W) in its colours over the image (C, H, W) in grey."""
    grey = pixels(image.mean(dim=0, keepdim=True)).astype(np.float64)
    made: Pixels = np.round((1 - opacity) * grey + opacity * signed(values, limit)).astype(np.uint8)
    return made


def amplification(change: Tensor) -> int:
    """By how much to multiply a change (C, H, W) so that its largest value is about half the range: 1, 2, 5, 10, ...

    >>> import torch
    >>> amplification(torch.tensor([[[8 / 255]]]))
    10
    """
    largest = float(change.abs().max())
    steps = [1, 2, 5, 10, 20, 50, 100, 200, 500]
    return max((step for step in steps if step * largest <= 0.5), default=1)


def amplified(change: Tensor, factor: int) -> Pixels:
    """A signed change (C, H, W) -> (H, W, 3): mid-grey where nothing changed, brighter up, darker down, per channel."""
    return pixels((0.5 + change * factor).clamp(0, 1))


def png(picture: Pixels, smallest: int = 0) -> bytes:
    """PNG bytes; pictures smaller than `smallest` on their shorter side are enlarged by whole pixels."""
    made = Image.fromarray(picture)
    times = -(-smallest // min(made.size)) if min(made.size) < smallest else 1
    if times > 1:
        made = made.resize((made.width * times, made.height * times), Image.Resampling.NEAREST)
    out = io.BytesIO()
    made.save(out, "PNG")
    return out.getvalue()
