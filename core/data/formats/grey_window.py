"""Greyscale of more than 8 bits in a data set: one range from black to white for all of its pictures."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.base import cancellation
from core.data.formats.picture_sources import Entry
from core.images.decode import DEEP as DEEP
from core.images.decode import decode

Window = tuple[float, float]  # the levels that become black and white
_SPREAD = re.compile(r"its own range, (\S+) to (\S+), was spread")


def common_window(entries: Sequence[Entry]) -> Window | None:
    """The lowest and the highest level in pictures of more than 8 bits; None if none of them can be read."""
    found: list[Window] = []
    for entry in entries:
        cancellation.check()
        try:
            window = _decoded(entry)[1]
        except (ValueError, OSError):
            continue
        found += [window] if window else []
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None


def eight_bits(entry: Entry, window: Window | None) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """A picture as (H, W, 3) uint8, with the `window` that all deep ones share, and notes; ValueError or OSError."""
    pixels, own, notes = _decoded(entry)
    if own is None or window is None:
        return pixels, notes
    (low, high), (black, white) = own, window
    levels = low + pixels.astype(np.float64) / 255 * (high - low)
    shares = (levels - black) / (white - black) if white > black else np.zeros_like(levels)
    note = f"Greyscale of more than 8 bits: the range of all of them, {black:g} to {white:g}, became black to white."
    return np.rint(255 * shares.clip(0, 1)).astype(np.uint8), (*notes, note)


def _decoded(entry: Entry) -> tuple[NDArray[np.uint8], Window | None, tuple[str, ...]]:
    """Pixels, the levels that are black and white in them where there were more than 256, and the other notes."""
    pixels, notes = decode(entry.read(), entry.parts[-1])
    spread = [found for note in notes if (found := _SPREAD.search(note))]
    window = (float(spread[0][1]), float(spread[0][2])) if spread else None
    return pixels, window, tuple(note for note in notes if not _SPREAD.search(note) and "the same value" not in note)
