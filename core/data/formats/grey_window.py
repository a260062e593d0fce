"""Pictures of more than 8 bits in a data set: one range from black to white for all of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.base import cancellation
from core.data.formats.picture_sources import Entry
from core.images.decode import decode_levels, decode_view, is_dicom
from core.images.levels import Levels, Window, shown
from core.images.view import View

DICOM = "Shown with the window that its DICOM file names, or else its own range; of several frames the middle one."


def common_window(entries: Sequence[Entry]) -> Window | None:
    """The lowest and the highest level in those pictures that need a range; None if none of them does."""
    found: list[Window] = []
    for entry in entries:
        cancellation.check()
        try:
            levels = decode_levels(entry.read(), entry.parts[-1])
        except (ValueError, OSError):
            continue
        found += [levels.found] if _spread(levels) else []
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None


def eight_bits(entry: Entry, window: Window | None) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """A picture as (H, W, 3) uint8, with the `window` that all deep ones share, and notes; ValueError or OSError.

    A DICOM file says how it is to be shown: it is what Inspect shows of it at first.
    """
    raw = entry.read()
    if is_dicom(raw):
        return decode_view(raw, entry.parts[-1], View()).pixels, (DICOM,)
    levels = decode_levels(raw, entry.parts[-1])
    return shown(levels, window if _spread(levels) else None)


def _spread(levels: Levels) -> bool:
    """Whether its levels would else be spread over a range of their own; deep colours keep that of their bits."""
    return levels.deep and not (levels.values.ndim == 3 and levels.values.dtype.kind == "u")
