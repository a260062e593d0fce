"""What an expert marked on a picture as a small file: a PNG of one bit for each pixel."""

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.base.errors import Unreadable

LARGEST = 10**6  # bytes
SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_PIXELS = 4096 * 4096


def mask_png(mask: NDArray[np.bool_]) -> bytes:
    """A mask (H, W), True where something was marked, as a PNG of one bit for each pixel."""
    out = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).convert("1", dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()


def expect_mask(raw: bytes, height: int, width: int) -> None:
    """Unreadable in one sentence unless `raw` begins as a PNG of height x width pixels of one bit."""
    header = struct.pack(">II", width, height) + b"\x01\x00"
    if not (raw.startswith(SIGNATURE) and raw[12:16] == b"IHDR" and raw[16:26] == header and len(raw) <= LARGEST):
        raise Unreadable(f"what was marked is no picture of {width} x {height} pixels in black and white")


def read_mask(raw: bytes, height: int, width: int) -> NDArray[np.bool_]:
    """The mask (H, W) in such a PNG; Unreadable in one sentence if it is none."""
    expect_mask(raw, height, width)
    if height * width > MOST_PIXELS:
        raise Unreadable("what was marked is far larger than any picture here")
    try:
        return np.array(Image.open(io.BytesIO(raw), formats=["PNG"]), dtype=bool)
    except (OSError, SyntaxError, ValueError) as error:
        raise Unreadable("what was marked is damaged or cut short") from error
