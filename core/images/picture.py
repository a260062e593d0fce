"""A picture from outside: read, fitted to a classifier, written as 8-bit PNG."""

import hashlib
import io
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from core.contracts.classifier import Classifier
from core.images.decode import BROKEN, MOST_BYTES, MOST_PIXELS, decode_view, is_dicom, pixels_only
from core.images.formats import MOST_KEPT
from core.images.plain_name import plain_name as plain_name
from core.images.view import FIRST, WHOLE, Scale, View

FILTERS = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}


@dataclass(frozen=True, eq=False)
class Picture:
    """`pixels` (H, W, 3) uint8 RGB; `sha256` of the bytes it came in, of a DICOM file of those that are kept;
    `notes`: sentences on what was done to it; `scale`: what there is to choose of it, and `view`: what was asked for.
    """

    pixels: NDArray[np.uint8]
    name: str
    sha256: str
    notes: tuple[str, ...] = ()
    scale: Scale = WHOLE
    view: View = FIRST


def read_picture(raw: bytes, name: str, view: View = FIRST) -> Picture:
    """The picture in `raw`, its format told by content; ValueError in one sentence if there is none.

    A DICOM file is stripped to its pixels before, and not called as it came: file names tell of patients too.
    """
    return stripped_picture(pixels_only(raw, plain_name(name)), name, view)


def stripped_picture(raw: bytes, name: str, view: View) -> Picture:
    """The same of bytes that `core.images.decode.pixels_only` has made."""
    called, digest = plain_name(name), hashlib.sha256(raw).hexdigest()
    most = MOST_KEPT + MOST_BYTES if is_dicom(raw) else MOST_BYTES
    seen = decode_view(raw, called, view, most)
    called = f"DICOM picture {digest[:6]}" if is_dicom(raw) else called
    return Picture(seen.pixels, called, digest, seen.notes, seen.scale, view)


def _box(width: int, height: int, classifier: Classifier) -> tuple[float, float, float, float]:
    """(left, upper, right, lower): the part of a picture the classifier sees, in the picture's own pixels.

    With `resize` it is where torchvision's Resize and CenterCrop land: the longer side becomes
    int(resize * long / short), and the crop begins at round((scaled - size) / 2). Without, the largest centred part
    of the classifier's aspect.
    """
    _, high, wide = classifier.size
    if classifier.resize:
        short = min(width, height)
        spans = []
        for length, size in ((width, wide), (height, high)):
            scaled = int(classifier.resize * length / short)
            begin = round((scaled - size) / 2)
            spans.append((begin * length / scaled, (begin + size) * length / scaled))
        (left, right), (upper, lower) = spans
        return max(left, 0.0), max(upper, 0.0), min(right, width), min(lower, height)
    part = min(width / wide, height / high)
    left, upper = (width - part * wide) / 2, (height - part * high) / 2
    return left, upper, left + part * wide, upper + part * high


def fit(picture: Picture, classifier: Classifier) -> Tensor:
    """What the classifier sees of the picture: (C, H, W) in [0, 1], every value a multiple of 1/255.

    One resampling (with antialiasing) of the part `_box` gives, which is resize and crop to the last of 8 bits
    (bicubic: to the last but one in rare pixels) and makes nothing large of a thin picture; one-channel models get the
    luminance (ITU-R 601).
    """
    channels, high, wide = classifier.size
    if channels not in (1, 3):
        raise ValueError(f"expected a classifier of 1 or 3 channels, got {channels}")
    image = Image.fromarray(picture.pixels)
    if channels == 1:
        image = image.convert("L")
    box = _box(image.width, image.height, classifier)
    small = image.resize((wide, high), FILTERS[classifier.interpolation], box=box)
    return _tensor(small)


def fit_notes(picture: Picture, classifier: Classifier) -> tuple[str, ...]:
    """Sentences for the screen on what `fit` does to this picture; none if nothing is lost."""
    height, width = picture.pixels.shape[:2]
    channels, high, wide = classifier.size
    left, upper, right, lower = _box(width, height, classifier)
    notes = []
    sides = [
        f"{1 - seen / length:.0%} of its {name}"
        for seen, length, name in ((right - left, width, "width"), (lower - upper, height, "height"))
        if seen < 0.995 * length
    ]
    if sides:
        notes.append(f"The model sees the centre: {' and '.join(sides)} is cut off at the edges.")
    if right - left < wide or lower - upper < high:
        notes.append(f"The picture is small ({width} x {height} pixels) and was enlarged to {wide} x {high}.")
    elif right - left > wide or lower - upper > high:
        notes.append(f"The picture was reduced to {wide} x {high} pixels.")
    if channels == 1 and (picture.pixels != picture.pixels[..., :1]).any():
        notes.append("The model takes greyscale, so the colours were dropped.")
    return tuple(notes)


def _tensor(image: Image.Image) -> Tensor:
    """A Pillow image of mode L or RGB -> (C, H, W) in [0, 1]."""
    values = np.array(image)
    stacked = torch.from_numpy(values if values.ndim == 3 else values[..., None]).permute(2, 0, 1)
    return stacked.contiguous().float() / 255


def to_png(image: Tensor) -> bytes:
    """(C, H, W) in [0, 1], C of 1 or 3 -> the bytes of an 8-bit PNG, each value rounded to the nearest of 256."""
    if image.ndim != 3 or image.shape[0] not in (1, 3):
        raise ValueError(f"expected an image (1 or 3, H, W), got {tuple(image.shape)}")
    image = image.detach().cpu().float()
    if not torch.isfinite(image).all() or image.min() < 0 or image.max() > 1:
        raise ValueError("expected an image with every value in [0, 1]")
    values = (image * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    out = io.BytesIO()
    Image.fromarray(values[..., 0] if values.shape[2] == 1 else values).save(out, "PNG")
    return out.getvalue()


def from_png(raw: bytes) -> Tensor:
    """The bytes of an 8-bit greyscale or RGB PNG -> (C, H, W) in [0, 1]; ValueError if they are anything else."""
    try:
        with Image.open(io.BytesIO(raw), formats=["PNG"]) as image:
            plain = image.mode in ("L", "RGB") and "transparency" not in image.info
            if not plain or image.width * image.height > MOST_PIXELS:
                raise ValueError(f"expected an 8-bit greyscale or RGB PNG, got mode {image.mode}, size {image.size}")
            return _tensor(image)
    except BROKEN as error:
        raise ValueError("this is not a readable 8-bit greyscale or RGB PNG") from error
