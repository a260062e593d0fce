"""pydicom's own test files are the hostile ones: each is a picture or a sentence, and nothing tells of the patient."""

import hashlib
import io
import json
import logging
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from core.base.errors import Unreadable
from core.images.decode import decode_levels, is_dicom, pixels_only
from core.images.decoder_pool import ask
from core.images.picture import Picture, fit, read_picture
from core.images.samples import stored_picture
from core.images.uploads import keep_upload, uploads
from tests.core.images.made import takes
from tests.core.images.made_dicom import FILES, PATIENT, dicom

SEVERAL = sorted(path for path in FILES.rglob("*") if path.is_file() and "TINY_ALPHA" not in path.parts)
ONE_OF_MANY = next(path for path in sorted(FILES.rglob("*")) if path.name.startswith("IM0000"))
READABLE = 81  # of them
RAMP = np.arange(-1000, 1000, 20, dtype=np.int16).reshape(10, 10)
STANDARD = b"1.2.840.10008."  # names of the standard's own


def read(raw: bytes, name: str) -> tuple[Picture | None, str]:
    try:
        return read_picture(raw, name), ""
    except Unreadable as error:
        return None, str(error)


def texts(data: Dataset) -> set[bytes]:
    """Every text in a data set, of at least six characters, that is no number and no name of the standard."""
    found: set[bytes] = set()
    for element in data.iterall():
        if element.VR in ("PN", "LO", "SH", "LT", "ST", "UT", "DA", "DT", "UI", "AE"):
            values = element.value if hasattr(element.value, "append") else [element.value]
            found |= {str(value).encode("latin-1", "replace") for value in values if len(str(value)) >= 6}
    return {text for text in found if not text.startswith(STANDARD)}


@pytest.mark.parametrize("path", [*SEVERAL, ONE_OF_MANY], ids=lambda path: path.name)
def test_each_file_is_a_picture_or_a_sentence(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    begun = time.monotonic()
    raw = path.read_bytes()
    found, said = read(raw, path.name)
    if found is None:
        assert said.startswith(f"{path.name} ")
        assert "\n" not in said
        assert not said.endswith(".")
        assert "Traceback" not in said
    else:
        assert found.pixels.dtype == np.uint8
        assert found.pixels.ndim == 3
        image = fit(found, takes((3, 16, 16)))
        assert image.isfinite().all()
        assert 0 <= image.min() <= image.max() <= 1
    assert time.monotonic() - begun < 20
    assert not caplog.records


def test_most_pictures_among_them_are_read() -> None:
    assert sum(read(path.read_bytes(), path.name)[0] is not None for path in SEVERAL) >= READABLE


# --- nothing but pixels


@pytest.mark.parametrize("path", [path for path in SEVERAL if is_dicom(path.read_bytes())], ids=lambda path: path.name)
def test_nothing_that_is_kept_or_told_names_the_patient(path: Path) -> None:
    raw = path.read_bytes()
    try:
        kept = pixels_only(raw, path.name)
    except Unreadable as error:
        told = [str(error).replace(path.name, "").encode()]
    else:
        found = read_picture(raw, path.name)
        said, arrays = ask("pixels", raw, "x")
        told = [kept[:132], *kept[132:].split(stored_pixels(kept)), repr((found.name, found.notes)).encode(),
                json.dumps(said).encode()]  # fmt: skip
        assert path.stem not in found.name
        assert [array.shape for array in arrays] == [found.pixels.shape]
    for text in texts(dcmread(path, force=True)):  # two of them lack the preamble
        assert not any(text in each for each in told), text


def stored_pixels(raw: bytes) -> bytes:
    return bytes(dcmread(io.BytesIO(raw)).PixelData)


def test_a_made_patient_leaves_no_trace(tmp_path: Path, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    private = Dataset()
    private.add_new(0x00091001, "LO", "Doe^Jane again")
    raw = dicom(RAMP, RescaleSlope=1, RescaleIntercept=-24, WindowCenter=40, WindowWidth=400,
                OtherPatientIDsSequence=[private], LUTExplanation="Doe^Jane table")  # fmt: skip
    raw += b"\xfc\xff\xfc\xffOB\0\0" + (16).to_bytes(4, "little") + b"Doe^Jane padding"
    image = keep_upload(raw, "Doe Jane ZX-4711-Q.dcm")
    found = stored_picture(image)
    kept = b"".join(path.read_bytes() + path.name.encode() for path in home.rglob("*") if path.is_file())
    for text in (*PATIENT.values(), "Doe", "Jane", "4711", "1.2.3"):
        told = (image, found.name, " ".join(found.notes), " ".join(uploads(9).values()), caplog.text)
        assert not any(text in each for each in told), text
        assert text.encode() not in kept or len(text) == 1, text
    assert found.name == f"DICOM picture {found.sha256[:6]}"


def test_the_same_pixels_of_another_patient_are_the_same_picture(home: Path) -> None:
    """So a hash tells nothing of the patient; and what is kept is read like the file."""
    mine, theirs = dicom(RAMP), dicom(RAMP, PatientName="Roe^Richard", PatientID="1")
    first, second = read_picture(mine, "a.dcm"), read_picture(theirs, "b.dcm")
    assert first.sha256 == second.sha256 == hashlib.sha256(pixels_only(mine, "a")).hexdigest()
    assert first.sha256 != hashlib.sha256(mine).hexdigest()
    assert keep_upload(mine, "a.dcm") == keep_upload(theirs, "b.dcm")
    assert pixels_only(pixels_only(mine, "a"), "a") == pixels_only(mine, "a")


@pytest.mark.parametrize("name", ["CT_small.dcm", "examples_palette.dcm", "rtdose.dcm", "693_J2KI.dcm", "6154",
                                  "liver_1frame.dcm", "examples_ybr_color.dcm"])  # fmt: skip
def test_what_is_kept_has_the_same_levels(name: str) -> None:
    raw = next(FILES.rglob(name)).read_bytes()
    before, after = decode_levels(raw, "x"), decode_levels(pixels_only(raw, "x"), "x")
    assert np.array_equal(before.values, after.values)
    assert (before.bits, before.inverted_from) == (after.bits, after.inverted_from)
    direct, _ = ask("pixels", raw, "x")
    assert (direct["notes"], direct["scale"]) == tuple(ask("pixels", pixels_only(raw, "x"), "x")[0][part]
                                                       for part in ("notes", "scale"))  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_a_file_damaged_anywhere_is_a_picture_or_a_sentence(seed: int) -> None:
    rng = np.random.default_rng(seed)
    raw = bytearray(SEVERAL[[path.name for path in SEVERAL].index("examples_jpeg2k.dcm" if seed % 2 else
                                                                  "CT_small.dcm")].read_bytes())  # fmt: skip
    for place in rng.integers(132, 4000, 12):
        raw[place] = rng.integers(256)
    found, said = read(bytes(raw), "x.dcm")
    assert found is not None or said.startswith("x.dcm ")


def test_a_deflated_bomb_is_a_sentence() -> None:
    """Five gigabytes of zeros in a few megabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(2**24)) + packer.flush(zlib.Z_FULL_FLUSH)
    head = (FILES / "image_dfl.dcm").read_bytes()
    place = 132 + 12 + int.from_bytes(head[140:144], "little")
    begun = time.monotonic()
    found, said = read(head[:place] + block * 300, "x.dcm")
    assert found is None
    assert said.startswith("x.dcm ")
    assert time.monotonic() - begun < 45
