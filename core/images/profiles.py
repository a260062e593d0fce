"""A picture's colour profile (ICC) -> the same colours in sRGB, in which everything else here is."""

import io
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageCms

SPACES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}  # a profile's name of its colours -> Pillow's mode
SAME = 2  # levels of 255: profiles that differ from sRGB by no more are variants of it
SRGB = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)  # white, red, green and blue point, as cHRM has them
REC709_SRGB = b"\1\x0d"  # primaries and transfer, as cICP has them


def in_srgb(image: Image.Image, profile: bytes, notes: list[str]) -> Image.Image:
    """An image of mode L, RGB or CMYK with its colours in sRGB (L or RGB); noted, unless the profile is a kind of sRGB.

    A profile that is damaged, or for other colours than the image's, is noted and ignored.
    """
    way, note = to_srgb(profile, image.mode)
    made = None
    if way is not None:
        try:
            made = ImageCms.applyTransform(image, way)
        except (ValueError, ImageCms.PyCMSError):
            note = DAMAGED
    if note:
        notes.append(note)
    return image if made is None else made.convert("L") if image.mode == "L" else made


DAMAGED = "Its colour profile is damaged and was ignored."
FOREIGN = "Its colour profile is for another kind of colours and was ignored."
CONVERTED = "Its colours were converted from their own profile (ICC) to sRGB."


@lru_cache(maxsize=8)
def to_srgb(profile: bytes, mode: str) -> tuple[Any, str]:
    """The transform from a profile to sRGB, None where it changes nothing or there is none, and what to say."""
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if SPACES.get(given.profile.xcolor_space.strip()) != mode:
            return None, FOREIGN
        flags = ImageCms.Flags.NOOPTIMIZE if mode == "L" else ImageCms.Flags.HIGHRESPRECALC  # else dark grey is 10 off
        intent, srgb = ImageCms.Intent.PERCEPTUAL, ImageCms.createProfile("sRGB")
        way = ImageCms.buildTransform(given, srgb, mode, "RGB", intent, flags)
        if mode != "CMYK" and _changes_little(way, mode):
            return None, ""
    except (OSError, ValueError, TypeError, AttributeError, ImageCms.PyCMSError):
        return None, DAMAGED
    return way, CONVERTED


def _changes_little(way: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether colours spread over all there are stay as they are."""
    steps = np.arange(0, 256, 1 if mode == "L" else 15, dtype=np.uint8)
    grid = steps[None] if mode == "L" else np.stack(np.meshgrid(steps, steps, steps), -1).reshape(1, -1, 3)
    made = np.asarray(ImageCms.applyTransform(Image.fromarray(grid), way)).astype(int)
    return bool(np.abs(made - (grid[..., None] if mode == "L" else grid)).max() <= SAME)


def colour_profile(image: Image.Image, raw: bytes) -> bytes | None:
    """The profile in a file: None where there is none, empty where it cannot be read."""
    if "icc_profile" in image.info:
        told = image.info["icc_profile"]
        return told if isinstance(told, bytes) else b""
    if image.format == "BMP" and raw[70:74] == b"DEBM":  # within the file, the header's word for it backwards
        place, size = (int.from_bytes(raw[at : at + 4], "little") for at in (126, 130))
        return raw[14 + place : 14 + place + size]
    start = raw.find(b"\x0bICCRGBG1012") if image.format == "GIF" else -1
    if start < 0:
        return None
    parts, place = [], start + 12
    while place < len(raw) and raw[place]:
        parts.append(raw[place + 1 : place + 1 + raw[place]])
        place += 1 + raw[place]
    return b"".join(parts)


def ignored_colour_tags(image: Image.Image, raw: bytes) -> list[str]:
    """A sentence where a PNG without a profile says that its colours are not sRGB's.

    gAMA, cHRM and cICP are not followed: readers differ on them, and most pay no heed.
    """
    if image.format != "PNG" or "srgb" in image.info or "icc_profile" in image.info:
        return []
    gamma, points = image.info.get("gamma", 1 / 2.2), image.info.get("chromaticity", SRGB)
    place = raw.find(b"cICP", 8, max(raw.find(b"IDAT"), 8))
    coded = raw[place + 4 : place + 6] if place >= 0 else REC709_SRGB
    if abs(gamma - 1 / 2.2) < 0.01 and np.abs(np.subtract(points, SRGB)).max() < 0.005 and coded == REC709_SRGB:
        return []
    return ["What it says of its colours (PNG gAMA, cHRM or cICP) was ignored; they were read as sRGB."]
