"""The levels of a TIFF as tifffile reads them: deeper than 8 bits, signed, or more than the colours plane by plane."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.base.errors import Unreadable
from core.images import tiff as kinds
from core.images.levels import Levels
from core.images.pillow_levels import eight, profiled
from core.images.tiff import Tiff, rare
from core.images.tiff_segments import unpacked

ASSOCIATED, APART = 1, 2  # transparency: the colours have been multiplied by it, or not


def tiff_levels(tiff: Tiff) -> Levels:
    """The levels, not turned; Unreadable in one sentence if they are of a kind that is not read."""
    numbers = _stored(tiff)
    if tiff.photometric != kinds.CMYK:
        found = _grey_or_rgb(tiff, numbers)
        if found.deep:
            return profiled(found, tiff.profile)
        made = eight(Image.fromarray(found.values), found.alpha, tiff.profile)
        return replace(made, notes=(*found.notes, *made.notes))
    if tiff.kind != kinds.UNSIGNED:
        raise rare(tiff.name, "its CMYK colours are signed or floating-point numbers")
    inks = np.ascontiguousarray(numbers[..., :4] >> (tiff.bits - 8)).astype(np.uint8)
    size = (numbers.shape[1], numbers.shape[0])
    found = eight(Image.frombytes("CMYK", size, inks.tobytes()), None, tiff.profile)
    reduced = [f"Its {tiff.bits} bits a colour were reduced to 8."] * (tiff.bits > 8)
    return replace(found, notes=(*reduced, *found.notes, *_unused(tiff, 0)))


def _stored(tiff: Tiff) -> NDArray[Any]:
    """(H, W, channels): the numbers that are in the file, for depths of 8, 16, 32 and 64 bits."""
    page, channels = tiff.page, kinds.CHANNELS[tiff.photometric] + len(tiff.extra)
    if not tiff.grey and tiff.photometric not in (kinds.RGB, kinds.CMYK):
        raise rare(tiff.name, "its colours are of a palette, YCbCr or Lab, and not in their usual form")
    known = page.compression in (kinds.UNCOMPRESSED, kinds.LZW, *kinds.DEFLATE, kinds.PACKBITS)
    if not known or tiff.bits not in (8, 16, 32, 64) or page.predictor not in (1, 2):
        raise rare(tiff.name, f"it packs levels of {tiff.bits} bits in a way that is not supported")
    segments = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    whole = all(count > 0 and 0 < place <= len(tiff.raw) - count for place, count in segments)
    if len(segments) != math.prod(page.chunked) or not whole:
        raise Unreadable(f"{tiff.name} is cut short")
    if page.compression != kinds.UNCOMPRESSED:
        page = unpacked(page, tiff.raw)
    values = page.asarray()
    if channels > 1 and tiff.planes:
        values = np.moveaxis(values.reshape(channels, page.imagelength, page.imagewidth), 0, -1)
    values = values.reshape(page.imagelength, page.imagewidth, channels)
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _grey_or_rgb(tiff: Tiff, numbers: NDArray[Any]) -> Levels:
    """Levels of the numbers stored, (H, W, channels): brighter is larger, transparency apart."""
    colours = kinds.CHANNELS[tiff.photometric]
    values = numbers[..., 0] if colours == 1 else numbers[..., :3]
    if values.dtype.kind == "f":
        values = values.astype(np.float32) if values.dtype.itemsize < 4 else values
        if not np.isfinite(values).all():
            raise Unreadable(f"{tiff.name} holds pixels that are not numbers (NaN or infinite)")
    alpha, transparent = None, tiff.extra[:1] in ((ASSOCIATED,), (APART,))
    if transparent:
        values, alpha = _transparent(tiff, values, numbers[..., colours])
    inverted = None
    if tiff.photometric == kinds.WHITE_IS_ZERO:
        inverted = {kinds.UNSIGNED: 2.0**tiff.bits - 1, kinds.SIGNED: -1.0, kinds.FLOATING: 0.0}[tiff.kind]
        values = -values if tiff.kind == kinds.FLOATING else ~values
    return Levels(values, tiff.bits, alpha, inverted, _unused(tiff, int(transparent)))


def _unused(tiff: Tiff, used: int) -> tuple[str, ...]:
    left = len(tiff.extra) - used
    return (f"It holds {left} more channel{'s' * (left > 1)} beside its colours, not used.",) if left else ()


def _transparent(
    tiff: Tiff, values: NDArray[Any], alpha: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[np.uint8] | None]:
    """Colours that are multiplied by no alpha, and the alpha in 8 bits, None where all is opaque."""
    top = 1.0 if tiff.kind == kinds.FLOATING else 2.0 ** (tiff.bits - (tiff.kind == kinds.SIGNED)) - 1
    share = np.nan_to_num(alpha.astype(np.float64) / top).clip(0, 1)
    if (share == 1).all():
        return values, None
    if tiff.extra[0] == ASSOCIATED:
        if tiff.kind == kinds.SIGNED or tiff.photometric == kinds.WHITE_IS_ZERO:
            raise rare(tiff.name, "its transparency has been multiplied into levels that are signed or inverted")
        whole = values / np.where(share > 0, share, 1)[(..., *[None] * (values.ndim - 2))]
        values = (whole if tiff.kind == kinds.FLOATING else whole.round().clip(0, top)).astype(values.dtype)
    return values, np.rint(share * 255).astype(np.uint8)
