"""Arrays to pictures: maps over images, amplified changes. Pure: tensors in, uint8 arrays or PNG bytes out."""

import io

import numpy as np
from PIL import Image
from torch import Tensor

from core.study.colour_scale import Pixels, signed


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
