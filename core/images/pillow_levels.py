"""The levels of a picture that Pillow has opened: all 16 bits of a PNG, transparency apart, colours in sRGB."""

import io
import struct
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from core.images.levels import Levels
from core.images.profiles import CONVERTED, colour_profile, ignored_colour_tags, in_srgb, to_srgb

GREY = ("1", "L", "LA", "La", "I;16", "I;16B")  # Pillow's modes without colours
DEPTHS = {"1": 1, "L;2": 2, "L;4": 4, "I;12": 12}  # bits of Pillow's ways of packing that say it so
GREY_ALPHA_16, RGBA_8 = b"\x10\x04", b"\x08\x06"  # depth and kind of colours in a PNG's header


def bits(image: ImageFile.ImageFile) -> int:
    """The bits of a level in the file, of a picture that is not loaded yet."""
    told = image.tile[0].args if image.tile else ""
    packing = told if isinstance(told, str) else str(told[0] if told else "")
    return 16 if ";16" in packing else DEPTHS.get(packing, 8)


def is_grey(image: Image.Image, raw: bytes) -> bool:
    """Whether a picture has no colours, by its kind; Pillow makes RGBA of grey with transparency in 16 bits."""
    return image.mode in GREY or (image.format == "PNG" and raw[24:26] == GREY_ALPHA_16)


def levels(image: ImageFile.ImageFile, raw: bytes, depth: int) -> Levels:
    """The levels, `depth` bits each, of the picture in `raw` that is opened in `image`, as they lie in the file."""
    profile = colour_profile(image, raw)
    notes = ignored_colour_tags(image, raw)
    if image.format == "PNG" and depth == 16:
        found = _sixteen(image, raw)
    elif image.mode in ("I;16", "I;16B"):
        found = Levels(np.asarray(image).astype(np.uint16), depth)
    else:
        alpha = _keyed(np.asarray(image.convert("L") if image.mode == "1" else image), image, depth)
        found = eight(image, alpha, profile)
    found = profiled(found, profile) if found.deep else found
    return replace(found, notes=(*notes, *found.notes))


def eight(image: Image.Image, alpha: NDArray[np.uint8] | None, profile: bytes | None) -> Levels:
    """Levels of an image of 8 bits a channel, in any of Pillow's modes; `alpha` where that is known from elsewhere."""
    notes: list[str] = []
    if alpha is None and image.has_transparency_data:
        image = image.convert("LA") if image.mode == "La" else image
        image = image if image.mode == "LA" else image.convert("RGBA")
        alpha = np.asarray(image.getchannel("A"))
        alpha = None if (alpha == 255).all() else alpha
    stored = image.mode
    plain = "L" if image.mode in GREY else image.mode if image.mode == "CMYK" else "RGB"
    image.info.pop("transparency", None)
    image = image.convert(plain)
    if profile is not None:
        image = in_srgb(image, profile, notes)
    if stored in ("CMYK", "LAB", "HSV", "YCbCr") and CONVERTED not in notes:
        notes.append(f"The colours were converted from {stored} to RGB.")
    return Levels(np.asarray(image if image.mode != "CMYK" else image.convert("RGB")), 8, alpha, None, tuple(notes))


def profiled(found: Levels, profile: bytes | None) -> Levels:
    """Deep levels that come with a colour profile: colours are reduced to 8 bits and converted, grey is left alone."""
    if profile is None:
        return found
    grey = found.values.ndim == 2
    way, note = to_srgb(profile, "L" if grey else "RGB")
    if way is None:
        return replace(found, notes=(*found.notes, note) if note else found.notes)
    if grey or found.values.dtype.kind != "u":
        ignored = "Its colour profile was ignored, since its levels have more than 8 bits."
        return replace(found, notes=(*found.notes, ignored))
    notes: list[str] = []
    image = in_srgb(Image.fromarray((found.values >> (found.bits - 8)).astype(np.uint8)), profile, notes)
    reduced = f"Its {found.bits} bits a colour were reduced to 8."
    return replace(found, values=np.asarray(image), bits=8, notes=(*found.notes, reduced, *notes))


def _sixteen(image: ImageFile.ImageFile, raw: bytes) -> Levels:
    """A PNG of 16 bits, all of them: Pillow has them for grey only.

    Grey with transparency is read as the four bytes a pixel that it is. Colours are read twice, the second time with
    the bytes of each level changed over.
    """
    if image.mode == "I;16":
        values = np.asarray(image).astype(np.uint16)
        return Levels(values, 16, _keyed(values, image, 16))
    if raw[24:26] == GREY_ALPHA_16:
        header = raw[12:24] + RGBA_8 + raw[26:29]
        made = raw[:12] + header + struct.pack(">I", zlib.crc32(header)) + raw[33:]
        with Image.open(io.BytesIO(made), formats=["PNG"]) as it:
            values = np.ascontiguousarray(it).view(">u2").astype(np.uint16)
        return Levels(values[..., 0], 16, _opacity(values[..., 1]))
    with Image.open(io.BytesIO(raw), formats=["PNG"]) as it:
        it.tile = [it.tile[0]._replace(args=f"{it.mode};16L")]
        low = np.asarray(it)
    values = np.asarray(image).astype(np.uint16) << 8 | low
    if values.shape[2] == 4:
        return Levels(values[..., :3], 16, _opacity(values[..., 3]))
    return Levels(values, 16, _keyed(values, image, 16))


def _opacity(alpha: NDArray[np.uint16]) -> NDArray[np.uint8] | None:
    eighth = np.rint(alpha / 257).astype(np.uint8)
    return None if (eighth == 255).all() else eighth


def _keyed(values: NDArray[Any], image: Image.Image, depth: int) -> NDArray[np.uint8] | None:
    """The opacity of a PNG one of whose levels or colours stands for transparency; None for others.

    PNG's key has the bits of the file's levels, which Pillow has spread over 8 where they are fewer.
    """
    key = image.info.get("transparency")
    if image.format != "PNG" or image.mode not in ("1", "L", "I;16", "RGB") or key is None:
        return None
    wanted = np.asarray(key) % 2**depth * (255 // (2**depth - 1) if depth < 8 else 1)
    same = values == wanted
    same = same.all(-1) if same.ndim == 3 else same
    return np.where(same, 0, 255).astype(np.uint8) if same.any() else None
