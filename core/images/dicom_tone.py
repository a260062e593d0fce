"""From stored numbers of a grey DICOM frame to levels: modality rescale, VOI window or table, and what is inverted.

PS3.3 C.11.1 (modality LUT), C.11.2 (VOI LUT: LINEAR, LINEAR_EXACT and SIGMOID), C.7.6.3.1.2 (MONOCHROME1).
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.images.levels import Levels, Window

WINDOW, TABLE, CURVE = "the window that the file asks for", "the table that the file brings", "the curve in the file"
FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")


def grey(data: Any, stored: NDArray[Any], index: int, bits: int) -> Levels:
    """The levels of frame `index` (from 0), whose numbers are `stored` (H, W) with `bits` each."""
    values = rescaled(group(data, index, "PixelValueTransformationSequence"), stored)
    voi = group(data, index, "FrameVOILUTSequence")
    windowed = voi.get("WindowCenter") is not None and voi.get("WindowWidth") is not None
    inverted = str(data.get("PhotometricInterpretation")).strip().upper() == "MONOCHROME1"
    inverted = inverted or str(data.get("PresentationLUTShape", "")).strip().upper() == "INVERSE"
    seen = _seen(data, stored, values)
    if bits <= 8 and values is stored and values.dtype == np.uint8 and not windowed and "VOILUTSequence" not in voi:
        plain = (values.astype(np.uint16) * 255 // (2**bits - 1)).astype(np.uint8)
        return Levels(255 - plain if inverted else plain)
    if values.dtype == np.uint8:
        values = values.astype(np.uint16)  # of 8 bits, and yet with a window
    made = replace(_asked(voi, values, windowed, seen), bits=bits)
    if not inverted:
        return made
    signed: NDArray[Any] = values.astype(np.float64 if values.dtype.itemsize > 2 else np.float32)
    asked = None if made.asked is None else (-made.asked[1], -made.asked[0])
    toned = None if made.toned is None else 255 - made.toned
    notes = (*made.notes, "Its lowest values are shown white, as the file asks.")
    return replace(made, values=np.negative(signed), inverted_from=0.0, asked=asked, toned=toned, notes=notes)


def group(data: Any, index: int, keyword: str) -> Any:
    """Where frame `index` finds its numbers: in a group of its own, in the one that all share, or in the file."""
    per_frame = data.get("PerFrameFunctionalGroupsSequence") or ()
    for item in (*per_frame[index : index + 1], *(data.get("SharedFunctionalGroupsSequence") or ())[:1]):
        if found := item.get(keyword):
            return found[0]
    return data


def rescaled(data: Any, stored: NDArray[Any]) -> NDArray[Any]:
    """The values that the modality means: by its table, or slope and intercept; as they are where nothing is said."""
    if data.get("ModalityLUTSequence"):
        from pydicom.pixels import apply_modality_lut

        return np.asarray(apply_modality_lut(stored, data))
    slope, intercept = float(data.get("RescaleSlope", 1) or 0), float(data.get("RescaleIntercept", 0) or 0)
    if (slope, intercept) == (1.0, 0.0):
        return _finite(stored)
    return _finite(stored.astype(np.float64) * slope + intercept)


def _finite(values: NDArray[Any]) -> NDArray[Any]:
    if not np.isfinite(values).all():
        raise ValueError("values that are not numbers")
    return values


def _seen(data: Any, stored: NDArray[Any], values: NDArray[Any]) -> Window:
    """The least and the greatest value that is no padding, unless all are."""
    low = data.get("PixelPaddingValue")
    if low is None:
        return float(values.min()), float(values.max())
    high = data.get("PixelPaddingRangeLimit", low)
    padding = (stored >= min(low, high)) & (stored <= max(low, high))
    kept = values if padding.all() else values[~padding]
    return float(kept.min()), float(kept.max())


def _asked(voi: Any, values: NDArray[Any], windowed: bool, seen: Window) -> Levels:
    """The values, with the window or the curve that the file asks for: its table first, then its first window."""
    own = Levels(values, asked=seen, why="its own range")
    if voi.get("VOILUTSequence"):
        return _table(voi, values, seen)
    if not windowed:
        return own
    centre, width = _first(voi.WindowCenter), _first(voi.WindowWidth)
    function = str(voi.get("VOILUTFunction") or "LINEAR").strip().upper()
    least = 1.0 if function == "LINEAR" else 0.0
    if function not in FUNCTIONS or not math.isfinite(centre) or not least <= width < math.inf or not width:
        return replace(own, notes=("The window in the file is of no use, and was left out.",))
    if function == "LINEAR":
        centre, width = centre - 0.5, width - 1
    window = centre - width / 2, centre + width / 2
    if function == "SIGMOID":
        bent = 1 / (1 + np.exp((-4 * (values.astype(np.float64) - centre) / width).clip(-700, 700)))
        return Levels(values, asked=window, why=CURVE, toned=np.rint(bent * 255).astype(np.uint8))
    if not width:  # LINEAR of width 1 is a threshold
        return Levels(values, asked=seen, why=WINDOW, toned=np.where(values > centre, 255, 0).astype(np.uint8))
    return Levels(values, asked=window, why=WINDOW)


def _table(voi: Any, values: NDArray[Any], seen: Window) -> Levels:
    from pydicom.pixels import apply_voi

    depth = int(voi.VOILUTSequence[0].LUTDescriptor[2])
    whole = values if values.dtype.kind in "iu" else np.rint(values).clip(-(2.0**31), 2.0**31 - 1).astype(np.int64)
    shade = apply_voi(whole, voi, index=0).astype(np.float64) / (2**depth - 1)
    return Levels(values, asked=seen, why=TABLE, toned=np.rint(shade.clip(0, 1) * 255).astype(np.uint8))


def _first(value: Any) -> float:
    return float(value[0] if hasattr(value, "__len__") and not isinstance(value, str) else value)
