"""Bytes from outside -> 8-bit RGB pixels and plain sentences on what was done to them. Pillow's exceptions end here."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from core.base.errors import Unreadable

MOST_BYTES = 25_000_000
MOST_PIXELS = 40_000_000
FORMATS = {  # Pillow's name -> (what people call it, its file endings)
    "PNG": ("PNG", {"png", "apng"}),
    "JPEG": ("JPEG", {"jpg", "jpeg", "jpe", "jfif", "mpo"}),
    "MPO": ("JPEG", {"jpg", "jpeg", "jpe", "jfif", "mpo"}),
    "WEBP": ("WebP", {"webp"}),
    "TIFF": ("TIFF", {"tif", "tiff"}),
    "BMP": ("BMP", {"bmp", "dib"}),
    "GIF": ("GIF", {"gif"}),
}
ACCEPTED = "PNG, JPEG, WebP, TIFF, BMP or GIF"
DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow raises on damaged files: its readers let errors of parsing through as they come.
BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, ArithmeticError,
    EOFError, MemoryError, RuntimeError, struct.error, zlib.error,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


def decode(raw: bytes, name: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """The first picture in `raw` as (H, W, 3) uint8, upright and opaque, and notes; ValueError in one sentence."""
    if not raw:
        raise Unreadable(f"{name} is empty")
    if len(raw) > MOST_BYTES:
        raise Unreadable(f"{name} is larger than {MOST_BYTES // 10**6} MB")
    if reason := _foreign(raw):
        raise Unreadable(f"{name} {reason}; expected a {ACCEPTED} picture")
    try:
        with Image.open(io.BytesIO(raw), formats=sorted(set(FORMATS) - {"MPO"})) as image:
            return _pixels(image, name)
    except Unreadable:
        raise
    except UnidentifiedImageError as error:
        raise Unreadable(f"{name} is not a picture that can be read; expected {ACCEPTED}") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable(_too_large(name)) from error
    except MemoryError as error:
        raise Unreadable(f"{name} needs more memory than there is") from error
    except BROKEN as error:
        raise Unreadable(f"{name} is damaged, cut short or of a rare kind, and cannot be read") from error


def _foreign(raw: bytes) -> str:
    """What else the bytes are, if they are plainly no picture of ours."""
    start = raw[:256].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] == b"<":
        return "is text (SVG, HTML or XML)"
    if raw[128:132] == b"DICM":
        return "is a DICOM file: export it as a PNG first"
    if raw[4:8] == b"ftyp":
        return "is a HEIC, AVIF or video file"
    if start[:4] == b"%PDF":
        return "is a PDF document"
    return ""


def _too_large(name: str) -> str:
    return f"{name} has more than {MOST_PIXELS // 10**6} million pixels"


def _pixels(image: ImageFile.ImageFile, name: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Decode, turn upright, bring to 8 bits, make opaque; in that order, each noted."""
    width, height = image.size
    if width < 1 or height < 1:
        raise Unreadable(f"{name} has no pixels")
    if width * height > MOST_PIXELS:
        raise Unreadable(_too_large(name))
    notes = []
    called, endings = FORMATS[image.format or ""]
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending and ending not in endings:
        notes.append(f"The name ends in .{ending}, but the content is {called}; it was read as {called}.")
    if bool(getattr(image, "is_animated", False)):
        notes.append("The file holds several pictures; only the first one is used.")
    wide = ";16" in str([tile[3] for tile in image.tile]) and image.mode not in DEEP  # the tiles go when it is loaded
    orientation = image.getexif().get(0x0112, 1)  # before load(): Pillow itself turns a TIFF while loading
    inverted = _tag(image, 262) == 0 and image.mode in DEEP and image.mode != "F"
    image.load()
    if orientation in TURNS:
        turned: Image.Image = image if image.format == "TIFF" else image.transpose(TURNS[orientation])
        notes.append("The picture was turned upright, as its EXIF data ask.")
    else:
        turned = image
    if wide:
        notes.append("Its 16 bits a colour were reduced to 8.")
    return np.ascontiguousarray(_rgb(turned, inverted, name, notes)), tuple(notes)


def _tag(image: Image.Image, number: int) -> Any:
    """A TIFF tag's value, None where there is none."""
    return getattr(image, "tag_v2", {}).get(number)


def _rgb(image: Image.Image, inverted: bool, name: str, notes: list[str]) -> NDArray[np.uint8]:
    """Any of Pillow's modes -> (H, W, 3) uint8."""
    if image.mode in DEEP:
        return _windowed(np.asarray(image), inverted, name, notes)
    if image.mode in ("CMYK", "LAB", "HSV", "YCbCr"):
        notes.append(f"The colours were converted from {image.mode} to RGB.")
    if image.has_transparency_data:
        if image.mode == "La":
            image = image.convert("LA")
        image = image.convert("RGBA")
        if (np.asarray(image)[..., 3] < 255).any():
            notes.append("Transparent parts were laid on white.")
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.array(image.convert("RGB"))


def _windowed(values: NDArray[Any], inverted: bool, name: str, notes: list[str]) -> NDArray[np.uint8]:
    """Greyscale of more than 8 bits (H, W): its smallest value becomes black and its largest white."""
    deep: NDArray[Any] = values.astype(
        np.float32 if values.dtype.itemsize < 4 else np.float64
    )  # wide enough for high - low
    if not np.isfinite(deep).all():
        raise Unreadable(f"{name} holds pixels that are not numbers (NaN or infinite)")
    low, high = float(deep.min()), float(deep.max())
    grey = (deep - low) / (high - low) if high > low else np.zeros_like(deep)
    grey = 1 - grey if inverted else grey
    notes.append(f"Greyscale of more than 8 bits: its own range, {low:g} to {high:g}, was spread from black to white.")
    if high == low:
        notes.append("Every pixel has the same value, so the picture is all one shade.")
    return np.repeat(np.rint(grey * 255).astype(np.uint8)[..., None], 3, axis=2)
