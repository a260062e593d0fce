"""What is kept of a DICOM file: its pixels, unpacked, and the numbers by which they are shown. No name, no date.

What is not listed here does not come along, whatever it is called, and what is listed is written anew from its numbers.
"""

import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

PLACES = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "FrameVOILUTSequence",
          "PixelValueTransformationSequence", "ModalityLUTSequence", "VOILUTSequence")  # fmt: skip
NUMBERS = ("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth", "PixelAspectRatio", "PixelSpacing",
           "ImagerPixelSpacing", "PixelPaddingValue", "PixelPaddingRangeLimit", "LUTDescriptor",
           "RedPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableDescriptor",
           "BluePaletteColorLookupTableDescriptor")  # fmt: skip
TABLES = ("LUTData", "RedPaletteColorLookupTableData", "GreenPaletteColorLookupTableData",
          "BluePaletteColorLookupTableData")  # fmt: skip
WORDS = {
    "VOILUTFunction": ("LINEAR", "LINEAR_EXACT", "SIGMOID"),
    "PresentationLUTShape": ("IDENTITY", "INVERSE"),
}
MOST_NUMBERS = 64  # in one place
NOTHING = "2.25.0"  # the names that a file must have, for nobody in particular
CAPTURE = "1.2.840.10008.5.1.4.1.1.7"  # a picture of unsaid origin


def kept(data: Any, pixels: NDArray[Any], bits: int, photometric: str) -> bytes:
    """The bytes of a DICOM file of `pixels` (frames, H, W) or (frames, H, W, 3), always the same for the same ones."""
    from pydicom import dcmwrite
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    made = _copied(data)
    made.Rows, made.Columns = pixels.shape[1:3]
    made.NumberOfFrames = len(pixels)
    made.SamplesPerPixel = 3 if pixels.ndim == 4 else 1
    made.PhotometricInterpretation = "RGB" if pixels.ndim == 4 else photometric
    if pixels.ndim == 4:
        made.PlanarConfiguration = 0
    made.BitsAllocated = 8 * pixels.dtype.itemsize
    if pixels.dtype.kind == "f":
        setattr(made, "FloatPixelData" if pixels.dtype.itemsize == 4 else "DoubleFloatPixelData", _bytes(pixels))
    else:
        made.BitsStored, made.HighBit = bits, bits - 1
        made.PixelRepresentation = int(pixels.dtype.kind == "i")
        made.PixelData = _bytes(pixels)
        made["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    made.SOPClassUID, made.SOPInstanceUID = CAPTURE, NOTHING
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID, made.file_meta.MediaStorageSOPInstanceUID = CAPTURE, NOTHING
    out = io.BytesIO()
    dcmwrite(out, made, enforce_file_format=True)
    return out.getvalue()


def _copied(data: Any, levels: int = 4) -> Any:
    """A new dataset of what may be kept, and of the places in it, at most `levels` deep."""
    from pydicom.dataset import Dataset

    made = Dataset()
    for name in (*NUMBERS, *TABLES, *WORDS, *PLACES):
        if name not in data or data[name].value in (None, "", b""):
            continue
        element = data[name]
        if name in PLACES and levels and element.VR == "SQ":
            setattr(made, name, [_copied(item, levels - 1) for item in element.value])
        elif name in WORDS:
            said = str(element.value).strip().upper()
            if said in WORDS[name]:
                setattr(made, name, said)
        elif name in NUMBERS and element.VR in ("DS", "FD", "FL", "IS", "US", "SS", "US or SS"):
            _number(made, name, element)
        elif name in TABLES and element.VR in ("OW", "OB", "US", "SS", "US or OW"):
            values = element.value
            whole = values if isinstance(values, bytes) else np.asarray(values, np.int64).astype("<u2").tobytes()
            made.add_new(name, "OW", whole)
    return made


def _number(made: Any, name: str, element: Any) -> None:
    values = element.value if hasattr(element.value, "__len__") else [element.value]
    plain = [float(value) for value in values][:MOST_NUMBERS]
    if not plain or not all(map(math.isfinite, plain)):
        return
    if element.VR in ("US", "SS"):
        made.add_new(name, element.VR, [int(value) for value in plain])
    else:
        made.add_new(name, "FD", plain)


def _bytes(pixels: NDArray[Any]) -> bytes:
    raw = pixels.astype(pixels.dtype.newbyteorder("<"), copy=False).tobytes()
    return raw + b"\0" * (len(raw) % 2)
