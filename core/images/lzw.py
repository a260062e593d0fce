"""TIFF's LZW compression undone: libtiff does it, within Pillow, where tifffile would need a library of its own."""

import io
import math
import struct
import zlib

import numpy as np
import tifffile
from PIL import Image

from core.images.tiff import SEPARATE


def as_deflate(page: tifffile.TiffPage, raw: bytes) -> tifffile.TiffPage:
    """The same page, compressed by Deflate (which, here, only wraps the bytes) in place of LZW."""
    assert page.dtype is not None
    channels = 1 if page.planarconfig == SEPARATE else page.samplesperpixel
    wide = (page.tilewidth if page.is_tiled else page.imagewidth) * channels * page.dtype.itemsize
    high = page.tilelength if page.is_tiled else min(page.rowsperstrip, page.imagelength)
    strips = math.ceil(page.imagelength / high)
    parts = []
    for number, (place, count) in enumerate(zip(page.dataoffsets, page.databytecounts, strict=True)):
        rows = high if page.is_tiled else min(high, page.imagelength - number % strips * high)
        parts.append(zlib.compress(_bytes(raw[place : place + count], wide, rows), 0))
    sizes = [len(part) for part in parts]
    whole = tifffile.TiffFile(io.BytesIO(b"".join([raw, *parts])), name="").pages[0]
    assert isinstance(whole, tifffile.TiffPage)
    whole.compression = tifffile.COMPRESSION.ADOBE_DEFLATE
    whole.dataoffsets = tuple(int(each) for each in len(raw) + np.cumsum([0, *sizes[:-1]]))
    whole.databytecounts = tuple(sizes)
    return whole


def _bytes(packed: bytes, wide: int, rows: int) -> bytes:
    """What LZW has packed, `rows` times `wide` bytes: read as the only strip of a grey picture of that size."""
    body = packed + b"\0" * (len(packed) % 2)
    tags = {256: wide, 257: rows, 258: 8, 259: 5, 262: 1, 273: 8, 277: 1, 278: rows, 279: len(packed)}
    listed = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    made = struct.pack("<2sHI", b"II", 42, 8 + len(body)) + body + struct.pack("<H", len(tags)) + listed + bytes(4)
    with Image.open(io.BytesIO(made), formats=["TIFF"]) as image:
        return image.tobytes()
