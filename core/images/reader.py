"""Bytes from outside -> levels, in this process: the work of the decoder process. The readers' exceptions end here."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from PIL import Image, ImageFile, UnidentifiedImageError

from core.base.errors import Unreadable
from core.images.dicom import Dicom
from core.images.formats import ACCEPTED, BROKEN, FORMATS, MOST_PIXELS, is_dicom, is_tiff, other_ending
from core.images.jpeg_scans import MOST_SCANS, scans
from core.images.levels import Levels
from core.images.pillow_levels import bits, is_grey, levels
from core.images.tiff import opened, rare
from core.images.tiff_levels import tiff_levels

ORIENTATION = 0x0112
SEVERAL = "The file holds several pictures; only the first one is used."
TURNED = "The picture was turned upright, as its EXIF data ask."


@dataclass(frozen=True)
class Facts:
    """What a picture is, told without decoding it: its sides when upright, whether it is grey, its bits a level."""

    height: int
    width: int
    grey: bool
    bits: int


def read(raw: bytes, name: str, frame: int | None = None) -> Levels:
    """The first picture in `raw`, upright; Unreadable in one sentence that names it if there is none.

    Of a DICOM file the frame of that number, from 1, or the middle one.
    """
    with _sentences(name):
        if is_dicom(raw):
            return Dicom(raw, name).levels(frame)
        if frame not in (None, 1):
            raise Unreadable(f"{name} is read for its first picture only, so it has no frame {frame}")
        tiff = opened(raw, name) if is_tiff(raw) else None
        if tiff is not None and not tiff.ordinary:
            kind, several, orientation = "TIFF", tiff.several, tiff.orientation
            found = tiff_levels(tiff).turned(orientation)
        else:
            with _pillow(raw, name) as image:
                depth = bits(image)  # first: to ask a PNG for its EXIF data is to load it
                kind, orientation = image.format or "", image.getexif().get(ORIENTATION, 1)
                several = bool(getattr(image, "is_animated", False))
                found = levels(image, raw, depth)
            found = found if tiff else found.turned(orientation)  # Pillow turns a TIFF itself, in loading it
        turned = TURNED if orientation in range(2, 9) else ""
        notes = [note for note in (other_ending(name, kind), SEVERAL if several else "", turned) if note]
        return replace(found, notes=(*notes, *found.notes))


def pixels_only(raw: bytes, name: str) -> bytes:
    """A DICOM file without anything but its pixels and how they are shown; Unreadable in one sentence."""
    with _sentences(name):
        return Dicom(raw, name).kept()


def look(raw: bytes, name: str) -> Facts:
    """What the first picture in `raw` is, from its header; Unreadable in one sentence that names it if it is none."""
    with _sentences(name):
        if is_dicom(raw):
            file = Dicom(raw, name)
            return Facts(file.height, file.width, file.is_grey, max(file.bits, 8))
        tiff = opened(raw, name) if is_tiff(raw) else None
        if tiff is not None and not tiff.ordinary:
            (width, height), grey = (tiff.page.imagewidth, tiff.page.imagelength), tiff.grey
            depth, orientation = tiff.bits, tiff.orientation
        else:
            with _pillow(raw, name) as image:
                depth, grey = max(bits(image), 8), is_grey(image, raw)
                width, height = image.size
                orientation = image.getexif().get(ORIENTATION, 1)
        return Facts(*((width, height) if orientation in range(5, 9) else (height, width)), grey, depth)


@contextmanager
def _pillow(raw: bytes, name: str) -> Iterator[ImageFile.ImageFile]:
    """The picture opened by Pillow, not loaded, of a size that is allowed."""
    if raw[:2] == b"\xff\xd8" and scans(raw) > MOST_SCANS:
        raise Unreadable(f"{name} goes over its pixels in more than {MOST_SCANS} scans, and no picture needs so many")
    try:
        image = Image.open(io.BytesIO(raw), formats=sorted(set(FORMATS) - {"MPO"}))
    except UnidentifiedImageError as error:
        if is_tiff(raw):
            raise rare(name, "its colours, depth or compression are not supported") from error
        raise
    with image:
        width, height = image.size
        if width < 1 or height < 1:
            raise Unreadable(f"{name} has no pixels")
        if width * height > MOST_PIXELS:
            raise Unreadable(_too_large(name))
        yield image


@contextmanager
def _sentences(name: str) -> Iterator[None]:
    """Whatever a reader raises becomes Unreadable, in one sentence."""
    try:
        yield
    except Unreadable:
        raise
    except UnidentifiedImageError as error:
        raise Unreadable(f"{name} is not a picture that can be read; expected {ACCEPTED}") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable(_too_large(name)) from error
    except MemoryError as error:
        raise Unreadable(f"{name} needs more memory than there is for a picture") from error
    except BROKEN as error:
        raise Unreadable(f"{name} is damaged, cut short or of a rare kind, and cannot be read") from error


def _too_large(name: str) -> str:
    return f"{name} has more than {MOST_PIXELS // 10**6} million pixels"
