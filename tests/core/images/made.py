"""Made pictures and their files, odd ones and dangerous ones among them, and classifiers that take them."""

import io
import struct
import zlib

import numpy as np
import tifffile
from PIL import Image
from torch import nn

from core.contracts.classifier import Classifier
from core.images.picture import Picture

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (24, 40, 3), dtype=np.uint8)


def encoded(image: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def tiff(values: np.ndarray, **how: object) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, values, **how)
    return out.getvalue()


def takes(size: tuple[int, int, int], resize: int = 0, interpolation: str = "bicubic") -> Classifier:
    return Classifier(nn.Identity(), ("a", "b"), size, resize=resize, interpolation=interpolation)


def of(pixels: np.ndarray) -> Picture:
    return Picture(pixels, "made", "")


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


PNG = encoded(Image.fromarray(COLOUR), "PNG")
