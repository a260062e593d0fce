"""What bytes from outside may be: the kinds of picture that are read, the bounds, and what else is told apart."""

import re
import struct
import zlib

from PIL import Image

MOST_BYTES = 25_000_000
MOST_PIXELS = 40_000_000
MOST_KEPT = 120_000_000  # bytes of the pixels of a DICOM file, unpacked, all frames together
FORMATS = {  # Pillow's name -> (what people call it, its file endings)
    "PNG": ("PNG", {"png", "apng"}),
    "JPEG": ("JPEG", {"jpg", "jpeg", "jpe", "jfif", "mpo"}),
    "MPO": ("JPEG", {"jpg", "jpeg", "jpe", "jfif", "mpo"}),
    "WEBP": ("WebP", {"webp"}),
    "TIFF": ("TIFF", {"tif", "tiff"}),
    "BMP": ("BMP", {"bmp", "dib"}),
    "GIF": ("GIF", {"gif"}),
}
ACCEPTED = "PNG, JPEG, WebP, TIFF, BMP, GIF or DICOM"
# What readers raise on damaged files: they let errors of parsing through as they come.
BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, ArithmeticError,
    EOFError, MemoryError, RuntimeError, struct.error, zlib.error,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


def foreign(raw: bytes) -> str:
    """What else the bytes are, if they are plainly no picture of ours."""
    start = raw[:256].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] == b"<":
        return "is text (SVG, HTML or XML)"
    if raw[4:8] == b"ftyp":
        return "is a HEIC, AVIF or video file"
    if start[:4] == b"%PDF":
        return "is a PDF document"
    return ""


# The first element of a file without a preamble, of the groups 0002 and 0008, little endian: its type is one of those
# that stand there, or, where types are not written, its length is short.
BARE = re.compile(rb"[\x02\x08]\0[\0-\xff]\0(?:UL|CS|DA|TM|UI|SH|LO|[\0-\x40]\0\0\0)", re.DOTALL)


def is_tiff(raw: bytes) -> bool:
    """Whether the bytes begin as a TIFF does, ordinary or large."""
    return raw[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def is_dicom(raw: bytes) -> bool:
    r"""Whether the bytes, of which the first 132 are enough, begin as a DICOM file does, with its preamble or without.

    >>> [is_dicom(raw) for raw in (bytes(128) + b"DICM", b"\x08\0\x05\0CS", b"\x08\0\x05\0\x0a\0\0\0")]
    [True, True, True]
    """
    return raw[128:132] == b"DICM" or bool(BARE.match(raw))


def other_ending(name: str, kind: str) -> str:
    """A sentence where a file's name promises another kind than `kind`, one of FORMATS; empty where it does not."""
    called, endings = FORMATS[kind]
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if not ending or ending in endings:
        return ""
    return f"The name ends in .{ending}, but the content is {called}; it was read as {called}."
