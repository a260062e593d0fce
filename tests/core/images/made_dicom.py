"""DICOM files made of known numbers, and pydicom's own test files."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

FILES = Path(pydicom.__file__).parent / "data" / "test_files"
PATIENT = {"PatientName": "Doe^Jane", "PatientID": "ZX-4711-Q", "PatientBirthDate": "19500314", "PatientSex": "F",
           "InstitutionName": "Saint Elsewhere", "StudyDate": "20240229", "AccessionNumber": "ACC77812",
           "ImageComments": "seen by Dr Quux", "StudyInstanceUID": "1.2.3.44556677"}  # fmt: skip


def dicom(values: np.ndarray, bits: int | None = None, **said: Any) -> bytes:
    """(H, W) or (frames, H, W) of whole numbers as MONOCHROME2, unless `said` otherwise, of a patient."""
    made = Dataset()
    for name, value in (PATIENT | said).items():
        setattr(made, name, value)
    frames = values[None] if values.ndim == 2 else values
    made.Rows, made.Columns = frames.shape[1:3]
    if len(frames) > 1:
        made.NumberOfFrames = len(frames)
    made.SamplesPerPixel = 1
    made.PhotometricInterpretation = said.get("PhotometricInterpretation", "MONOCHROME2")
    made.BitsAllocated = 8 * values.dtype.itemsize
    made.BitsStored = bits or made.BitsAllocated
    made.HighBit = made.BitsStored - 1
    made.PixelRepresentation = int(values.dtype.kind == "i")
    made.PixelData = values.astype(values.dtype.newbyteorder("<")).tobytes()
    made["PixelData"].VR = "OW"
    made.SOPClassUID, made.SOPInstanceUID = SecondaryCaptureImageStorage, "1.2.3.99887766"
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out = io.BytesIO()
    made.save_as(out, enforce_file_format=True)
    return out.getvalue()


def table(first: int, values: np.ndarray, bits: int) -> Dataset:
    """A table (LUT) from `first` on."""
    made = Dataset()
    made.add_new("LUTDescriptor", "SS" if first < 0 else "US", [len(values), first, bits])
    made.add_new("LUTData", "OW", values.astype("<u2").tobytes())
    return made
