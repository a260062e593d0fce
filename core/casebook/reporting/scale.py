"""The legend of the maps, and what a report says of itself."""

from functools import lru_cache
from importlib.metadata import version

import torch

from core.study.colour_scale import signed
from core.study.figures import png

WIDE, HIGH = 320, 12  # pixels


@lru_cache(maxsize=1)
def scale_png() -> bytes:
    """The colours from -1 to 1 as a strip, 320 x 12 pixels."""
    return png(signed(torch.linspace(-1, 1, WIDE).expand(HIGH, WIDE), 1.0))


def scale_words(limit: float, poles: tuple[str, str]) -> tuple[str, str, str]:
    """What stands below the left end, the middle and the right end.

    >>> scale_words(0.8, ("speaks against", "supports"))
    ('−0.8 speaks against', 'white = 0', '+0.8 supports')
    """
    return f"−{limit:.2g} {poles[0]}", "white = 0", f"+{limit:.2g} {poles[1]}"


def about() -> str:
    """Which program wrote the report, and how the colours are to be read."""
    return (
        "Maps are drawn over the picture in grey; all maps of one method in a case share one scale, and white is zero. "
        f"Written by counterproof {version('counterproof')}. This file loads nothing and executes nothing."
    )
