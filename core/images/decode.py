"""Bytes from outside -> pixels, levels or facts, in plain words what was done: the door to the decoder process."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.base.errors import Unreadable
from core.images.decoder_pool import ask
from core.images.formats import ACCEPTED as ACCEPTED
from core.images.formats import BROKEN as BROKEN
from core.images.formats import FORMATS as FORMATS
from core.images.formats import MOST_BYTES as MOST_BYTES
from core.images.formats import MOST_PIXELS as MOST_PIXELS
from core.images.formats import foreign
from core.images.formats import is_dicom as is_dicom
from core.images.levels import Levels
from core.images.reader import Facts
from core.images.view import Scale, View


@dataclass(frozen=True, eq=False)
class Seen:
    """(H, W, 3) uint8 sRGB, upright and opaque; sentences on what was done; and what there was to choose."""

    pixels: NDArray[np.uint8]
    notes: tuple[str, ...]
    scale: Scale


def decode(raw: bytes, name: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """The first picture in `raw` as (H, W, 3) uint8 sRGB, upright and opaque, and notes; ValueError in one sentence.

    Deep grey is spread over its own range; to compare pictures, take `decode_levels` and `shown` with one window.
    """
    seen = decode_view(raw, name, View())
    return seen.pixels, seen.notes


def decode_view(raw: bytes, name: str, view: View, most: int = MOST_BYTES) -> Seen:
    """The picture in `raw`, of at most `most` bytes, as `view` wants it; ValueError in one sentence.

    A picture of 8 bits has no window, and only a DICOM file has frames.
    """
    said, (pixels,) = ask("pixels", _checked(raw, name, most), name, frame=view.frame, window=view.window)
    told = said["scale"]
    span, window = (tuple(map(float, told[part])) if part in told else None for part in ("span", "window"))
    if view.window is not None and span is None:
        raise Unreadable(f"{name} has no more levels than a screen shows, so it has no window")
    scale = Scale(span, window, int(told["frames"]), int(told["frame"]))  # type: ignore[arg-type]
    return Seen(pixels, tuple(map(str, said["notes"])), scale)


def pixels_only(raw: bytes, name: str) -> bytes:
    """What may be kept of a picture: of a DICOM file its pixels and how they are shown, of any other all.

    ValueError in one sentence.
    """
    if not is_dicom(raw):
        return raw
    _, (made,) = ask("pixels only", _checked(raw, name), name)
    return made.tobytes()


def decode_levels(raw: bytes, name: str) -> Levels:
    """The first picture in `raw` with the levels that its file has, of 8 bits or more; ValueError in one sentence."""
    said, (values, *alpha) = ask("levels", _checked(raw, name), name)
    inverted = said["inverted_from"]
    notes = tuple(map(str, said["notes"]))
    return Levels(values, int(said["bits"]), alpha[0] if alpha else None, inverted, notes)


def picture_facts(raw: bytes, name: str) -> Facts:
    """The sides, upright, of the first picture in `raw`, whether it is grey, and its depth, told from its header.

    ValueError in one sentence; that there is none does not promise that the pixels can be decoded.
    """
    said, _ = ask("facts", _checked(raw, name), name)
    return Facts(int(said["height"]), int(said["width"]), bool(said["grey"]), int(said["bits"]))


def _checked(raw: bytes, name: str, most: int = MOST_BYTES) -> bytes:
    if not raw:
        raise Unreadable(f"{name} is empty")
    if len(raw) > most:
        raise Unreadable(f"{name} is larger than {most // 10**6} MB")
    if reason := foreign(raw):
        raise Unreadable(f"{name} {reason}; expected a {ACCEPTED} picture")
    return raw
