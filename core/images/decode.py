"""Bytes from outside -> pixels, levels or facts, in plain words what was done: the door to the decoder process."""

import numpy as np
from numpy.typing import NDArray

from core.base.errors import Unreadable
from core.images.decoder_pool import ask
from core.images.formats import ACCEPTED, foreign
from core.images.formats import BROKEN as BROKEN
from core.images.formats import FORMATS as FORMATS
from core.images.formats import MOST_BYTES as MOST_BYTES
from core.images.formats import MOST_PIXELS as MOST_PIXELS
from core.images.levels import Levels
from core.images.reader import Facts


def decode(raw: bytes, name: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """The first picture in `raw` as (H, W, 3) uint8 sRGB, upright and opaque, and notes; ValueError in one sentence.

    Deep grey is spread over its own range; to compare pictures, take `decode_levels` and `shown` with one window.
    """
    said, (pixels,) = ask("pixels", _checked(raw, name), name)
    return pixels, tuple(map(str, said["notes"]))


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


def _checked(raw: bytes, name: str) -> bytes:
    if not raw:
        raise Unreadable(f"{name} is empty")
    if len(raw) > MOST_BYTES:
        raise Unreadable(f"{name} is larger than {MOST_BYTES // 10**6} MB")
    if reason := foreign(raw):
        raise Unreadable(f"{name} {reason}; expected a {ACCEPTED} picture")
    return raw
