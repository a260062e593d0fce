"""DICOM files: one frame as levels, and the file with its pixels alone. Only the decoder process comes here.

The values are those after the modality's rescale, such as Hounsfield units; how they are shown is in
core.images.dicom_tone, and what is kept of a file in core.images.dicom_kept.
"""

import io
import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.base.errors import Unreadable
from core.images import dicom_kept, dicom_packing
from core.images.dicom_tone import grey
from core.images.formats import MOST_KEPT, MOST_PIXELS, is_dicom
from core.images.levels import Levels

GREY = ("MONOCHROME1", "MONOCHROME2")
COLOURS = ("RGB", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT")
DEPTHS = (1, 8, 16, 32, 64)  # bits a level takes in the file
MOST_FRAMES = 10_000
SQUARE = 0.005  # pixels whose sides differ by less are square


class Dicom:
    """A DICOM file that is opened; Unreadable in one sentence, which tells none of its texts, if it is not read."""

    def __init__(self, raw: bytes, name: str) -> None:
        try:
            import pydicom
            from pydicom.errors import InvalidDicomError
        except ImportError as error:
            raise Unreadable(
                f"{name} is a DICOM file, which this installation cannot read; install counterproof[dicom]"
            ) from error
        self.name = name
        try:
            self.data: Any = pydicom.dcmread(io.BytesIO(raw), force=is_dicom(raw))  # which may lack the preamble
        except InvalidDicomError as error:
            raise Unreadable(f"{name} is not a DICOM file that can be read") from error
        dicom_packing.name_it(self.data)
        if not any(each in self.data for each in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
            raise Unreadable(f"{name} is a DICOM file that holds no picture")
        if str(self.data.get("BurnedInAnnotation", "")).strip().upper() == "YES":
            raise Unreadable(f"{name} says that words are burned into its picture, which may name the patient")
        self.photometric = str(self.data.get("PhotometricInterpretation", "")).strip().upper()
        self.height, self.width = int(self.data.Rows), int(self.data.Columns)
        self.frames = max(int(self.data.get("NumberOfFrames") or 1), 1)
        self.bits = int(self.data.get("BitsStored") or self.data.BitsAllocated)
        self._check(int(self.data.get("SamplesPerPixel") or 1), int(self.data.BitsAllocated))

    def _check(self, samples: int, allocated: int) -> None:
        if self.height < 1 or self.width < 1:
            raise Unreadable(f"{self.name} has no pixels")
        if self.height * self.width > MOST_PIXELS:
            raise Unreadable(f"{self.name} has more than {MOST_PIXELS // 10**6} million pixels")
        if self.photometric not in (*GREY, *COLOURS):
            raise Unreadable(f"{self.name} is a DICOM file of a rare kind: its colours are neither grey nor RGB")
        if samples not in (1, 3) or allocated not in DEPTHS or not 1 <= self.bits <= allocated:
            raise Unreadable(f"{self.name} is a DICOM file of a rare kind: its levels are packed in no usual way")
        whole = self.frames * self.height * self.width * samples * max(allocated // 8, 1)
        if self.frames > MOST_FRAMES or whole > MOST_KEPT:
            raise Unreadable(
                f"{self.name} unpacks to more than {MOST_FRAMES} frames or {MOST_KEPT // 10**6} MB; export fewer frames"
            )
        dicom_packing.expect_decoder(self.data, self.name)

    @property
    def is_grey(self) -> bool:
        return self.photometric in GREY

    def pixels(self, index: int | None) -> NDArray[Any]:
        """The numbers as stored, colours as RGB, of one frame (from 0), or of all, (frames, H, W, ...)."""
        from pydicom.pixels import pixel_array

        try:
            made: NDArray[Any] = pixel_array(self.data, index=index)
        except RuntimeError as error:  # by every library that unpacks it
            raise dicom_packing.refusal(self.data, self.name) from error
        made = made.astype(made.dtype.newbyteorder("="), copy=False)
        per = (self.height, self.width) + ((3,) if int(self.data.get("SamplesPerPixel") or 1) == 3 else ())
        count = self.frames if index is None else 1
        if made.size != count * math.prod(per):
            raise Unreadable(f"{self.name} is cut short")
        return made.reshape(per if index is not None else (self.frames, *per))

    def frame(self, wanted: int | None) -> int:
        """The number of the frame, from 1: the one wanted, or the middle one; Unreadable if there is none."""
        if wanted is not None and not 1 <= wanted <= self.frames:
            raise Unreadable(f"{self.name} has no frame {wanted}; the last one is {self.frames}")
        return wanted or (self.frames + 1) // 2

    def levels(self, wanted: int | None = None) -> Levels:
        """The levels of one frame, by its number from 1; the middle one if none is named."""
        number = self.frame(wanted)
        stored = self.pixels(number - 1)
        found = grey(self.data, stored, number - 1, self.bits) if self.is_grey else self._colours(stored)
        several = [f"This is frame {number} of {self.frames}."] * (self.frames > 1)
        notes = (*several, *self._oblong(), *found.notes)
        return replace(found, notes=notes, frame=number, frames=self.frames)

    def _colours(self, stored: NDArray[Any]) -> Levels:
        from pydicom.pixels import apply_color_lut

        if self.photometric == "PALETTE COLOR":
            made = apply_color_lut(stored, self.data)[..., :3]
            return Levels(np.ascontiguousarray(made), 8 * made.dtype.itemsize)
        if stored.dtype.kind != "u" or stored.ndim != 3:
            raise Unreadable(f"{self.name} is a DICOM file of a rare kind: its colours are signed or not three")
        if self.bits < 8:
            return Levels(stored << (8 - self.bits))
        return Levels(stored, self.bits) if stored.dtype != np.uint8 else Levels(stored)

    def _oblong(self) -> list[str]:
        for each in ("PixelAspectRatio", "PixelSpacing", "ImagerPixelSpacing"):
            sides = self.data.get(each)
            if sides is not None and len(sides) == 2 and min(map(float, sides)) > 0:
                high, wide = map(float, sides)
                if abs(high / wide - 1) > SQUARE:
                    return [f"Its pixels are {high / wide:.3g} times as high as wide; they are shown as squares."]
                return []
        return []

    def kept(self) -> bytes:
        """A DICOM file of the pixels, unpacked, and of the numbers by which they are shown; nothing else of it."""
        return dicom_kept.kept(self.data, self.pixels(None), self.bits, self.photometric)
