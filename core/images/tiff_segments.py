"""A TIFF's compressed strips and tiles undone: LZW by libtiff, within Pillow, which tifffile needs a library for.

Nothing is unpacked to more bytes than its rows have, and what holds fewer is an error.
"""

import io
import math
import struct
import zlib

import numpy as np
import tifffile
from PIL import Image

from core.images.tiff import DEFLATE, SEPARATE


def unpacked(page: tifffile.TiffPage, raw: bytes) -> tifffile.TiffPage:
    """The same page with its bytes as they are, in the wrapping of Deflate, without which there is no predictor."""
    assert page.dtype is not None
    channels = 1 if page.planarconfig == SEPARATE else page.samplesperpixel
    wide = (page.tilewidth if page.is_tiled else page.imagewidth) * channels * page.dtype.itemsize
    high = page.tilelength if page.is_tiled else min(page.rowsperstrip, page.imagelength)
    strips = math.ceil(page.imagelength / high)
    parts = []
    for number, (place, count) in enumerate(zip(page.dataoffsets, page.databytecounts, strict=True)):
        rows = high if page.is_tiled else min(high, page.imagelength - number % strips * high)
        parts.append(zlib.compress(_bytes(raw[place : place + count], int(page.compression), wide, rows), 0))
    sizes = [len(part) for part in parts]
    whole = tifffile.TiffFile(io.BytesIO(b"".join([raw, *parts])), name="").pages[0]
    assert isinstance(whole, tifffile.TiffPage)
    whole.compression = tifffile.COMPRESSION.ADOBE_DEFLATE
    whole.dataoffsets = tuple(int(each) for each in len(raw) + np.cumsum([0, *sizes[:-1]]))
    whole.databytecounts = tuple(sizes)
    return whole


def _bytes(packed: bytes, how: int, wide: int, rows: int) -> bytes:
    """What was packed, `rows` times `wide` bytes; by LZW or PackBits: read as the only strip of a grey picture."""
    if how in DEFLATE:
        made = zlib.decompressobj().decompress(packed, wide * rows)
        if len(made) < wide * rows:
            raise ValueError(f"expected {wide * rows} bytes of a strip, got {len(made)}")
        return made
    body = packed + b"\0" * (len(packed) % 2)
    tags = {256: wide, 257: rows, 258: 8, 259: how, 262: 1, 273: 8, 277: 1, 278: rows, 279: len(packed)}
    listed = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    file = struct.pack("<2sHI", b"II", 42, 8 + len(body)) + body + struct.pack("<H", len(tags)) + listed + bytes(4)
    with Image.open(io.BytesIO(file), formats=["TIFF"]) as image:
        return image.tobytes()
