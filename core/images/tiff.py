"""What a TIFF's first picture is, and who reads it: Pillow what has at most 8 bits a level, tifffile the rest.

Neither is handed what it would misread or cannot read: that is refused in a sentence.
"""

import io
from dataclasses import dataclass
from typing import Any

import tifffile

from core.base.errors import Unreadable
from core.images.formats import MOST_PIXELS

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR, LAB = 0, 1, 2, 3, 5, 6, 8
CHANNELS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, CMYK: 4, YCBCR: 3, LAB: 3}
UNSIGNED, SIGNED, FLOATING, UNDEFINED = 1, 2, 3, 4
UNCOMPRESSED, LZW, DEFLATE, PACKBITS = 1, 5, (8, 32946), 32773
SEPARATE = 2  # a plane for each channel


@dataclass(frozen=True)
class Tiff:
    """What a TIFF says of its first picture; `extra`: the kinds of its channels beside the colours."""

    page: tifffile.TiffPage
    raw: bytes
    name: str
    bits: int
    kind: int
    photometric: int
    extra: tuple[int, ...]

    @property
    def ordinary(self) -> bool:
        """Whether Pillow reads it right: unsigned levels of at most 8 bits, or of 12 in their simplest form."""
        simple = self.page.compression == UNCOMPRESSED and self.photometric == BLACK_IS_ZERO and not self.extra
        fits = not (self.planes and self.extra) if self.bits <= 8 else self.bits == 12 and simple
        return self.kind == UNSIGNED and fits

    @property
    def grey(self) -> bool:
        return self.photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO)

    @property
    def orientation(self) -> int:
        """EXIF's number for how it lies, 1 for upright."""
        return int(self.tag(274, 1))

    @property
    def planes(self) -> bool:
        """Whether each channel is stored as a plane of its own."""
        return int(self.tag(284, 1)) == SEPARATE

    @property
    def profile(self) -> bytes | None:
        """The colour profile; None where there is none, empty where it is none."""
        found = self.tag(34675, None)
        return None if found is None else found if isinstance(found, bytes) else b""

    @property
    def several(self) -> bool:
        """Whether another picture follows."""
        try:
            return self.page.parent.pages[1] is not None
        except (IndexError, ValueError, TypeError, KeyError):
            return False

    def tag(self, number: int, otherwise: Any) -> Any:
        """A tag's value."""
        found = self.page.tags.get(number)
        return otherwise if found is None else found.value


def opened(raw: bytes, name: str) -> Tiff:
    """A TIFF's first picture; Unreadable in one sentence if it is of a kind that is not read."""
    page = tifffile.TiffFile(io.BytesIO(raw), name="").pages[0]
    assert isinstance(page, tifffile.TiffPage)

    def numbers(tag: int, otherwise: int) -> tuple[int, ...]:
        value = page.tags[tag].value if tag in page.tags else otherwise
        return tuple(map(int, value)) if isinstance(value, tuple) else (int(value),)

    if page.imagewidth < 1 or page.imagelength < 1:
        raise Unreadable(f"{name} has no pixels")
    if page.imagewidth * page.imagelength > MOST_PIXELS:
        raise Unreadable(f"{name} has more than {MOST_PIXELS // 10**6} million pixels")
    bits, kinds = set(numbers(258, 1)), {UNSIGNED if kind == UNDEFINED else kind for kind in numbers(339, UNSIGNED)}
    if len(bits) > 1 or len(kinds) > 1 or not kinds <= {UNSIGNED, SIGNED, FLOATING}:
        raise rare(name, "its channels are of different kinds, or complex numbers")
    if page.imagedepth > 1:
        raise rare(name, "it is a volume")
    if page.predictor != 1 and page.compression in (UNCOMPRESSED, PACKBITS):
        raise rare(name, "its predictor does not go with its compression")
    photometric, channels = numbers(262, BLACK_IS_ZERO)[0], numbers(277, 1)[0]
    if photometric not in CHANNELS:
        raise rare(name, "its colours are neither grey, RGB, CMYK nor of a palette")
    beside = channels - CHANNELS[photometric]
    extra = numbers(338, 0) if 338 in page.tags else ()
    if not extra and beside == 1 and photometric in (BLACK_IS_ZERO, RGB):
        extra = (2,)  # many writers do not say that it is transparency, and readers take it for that
    if beside != len(extra):
        raise rare(name, f"its number of channels, {channels}, is not explained by what it says of them")
    return Tiff(page, raw, name, bits.pop(), kinds.pop(), photometric, extra)


def rare(name: str, why: str) -> Unreadable:
    """The error for a TIFF that is not read."""
    return Unreadable(f"{name} is a TIFF of a rare kind ({why}); save it as an ordinary 8-bit or 16-bit TIFF or PNG")
