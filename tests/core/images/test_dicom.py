"""DICOM: pixels by the formulas of the standard, worked out here again; frames; and what is refused."""

import io
import sys

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from core.base.errors import Unreadable
from core.images.decode import decode, decode_levels, decode_view, picture_facts
from core.images.dicom import Dicom
from core.images.picture import read_picture
from core.images.view import View
from tests.core.images.made_dicom import FILES, dicom, table

RAMP = np.arange(-1000, 1000, 20, dtype=np.int16).reshape(10, 10)


def grey(raw: bytes, view: View = View()) -> np.ndarray:  # noqa: B008
    pixels = decode_view(raw, "x.dcm", view).pixels
    assert (pixels == pixels[..., :1]).all()
    return pixels[..., 0].astype(float)


def by_hand(x: np.ndarray, centre: float, width: float, function: str) -> np.ndarray:
    """PS3.3 C.11.2.1.2 and C.11.2.1.3, to [0, 255]."""
    x = x.astype(float)
    if function == "SIGMOID":
        return 255 / (1 + np.exp((-4 * (x - centre) / width).clip(-700, 700)))
    if function == "LINEAR_EXACT":
        inside = (x - centre) / width + 0.5
        return 255 * np.where(x <= centre - width / 2, 0, np.where(x > centre + width / 2, 1, inside))
    low, high = centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2
    inside = (x - (centre - 0.5)) / max(width - 1, 1) + 0.5
    return 255 * np.where(x <= low, 0, np.where(x > high, 1, inside))


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID", ""])
@pytest.mark.parametrize(("centre", "width"), [(40, 400), (-600.5, 1501), (0, 1), (35, 2)])
@pytest.mark.parametrize("kind", ["MONOCHROME1", "MONOCHROME2"])
def test_windows(function: str, centre: float, width: float, kind: str) -> None:
    said = {"VOILUTFunction": function} if function else {}
    raw = dicom(RAMP, RescaleSlope=2, RescaleIntercept=-24, WindowCenter=centre, WindowWidth=width,
                PhotometricInterpretation=kind, **said)  # fmt: skip
    expected = by_hand(RAMP * 2.0 - 24, centre, width, function)
    expected = 255 - expected if kind == "MONOCHROME1" else expected
    assert np.abs(grey(raw) - expected).max() <= 0.51


def test_the_first_of_several_windows() -> None:
    raw = dicom(RAMP, WindowCenter=[40, 300], WindowWidth=[400, 2000])
    assert np.abs(grey(raw) - by_hand(RAMP, 40, 400, "LINEAR")).max() <= 0.51


@pytest.mark.parametrize("width", [0, -3])
def test_a_window_of_no_use_is_left_out(width: float) -> None:
    pixels, notes = decode(dicom(RAMP, WindowCenter=40, WindowWidth=width), "x.dcm")
    assert (pixels.min(), pixels.max()) == (0, 255)
    assert any("of no use" in note for note in notes)


def test_presentation_that_is_inverse() -> None:
    plain, inverse = (dicom(RAMP, PresentationLUTShape=shape) for shape in ("IDENTITY", "INVERSE"))
    assert np.abs(grey(plain) + grey(inverse) - 255).max() <= 1
    both = dicom(RAMP, PresentationLUTShape="INVERSE", PhotometricInterpretation="MONOCHROME1")
    assert np.array_equal(grey(both), grey(inverse)), "the two say the same, and are not added up"


def test_without_a_window_its_own_range_without_the_padding() -> None:
    values = RAMP.copy()
    values[0, :3] = -2000
    expected = ((values.astype(float) + 940) / (980 + 940)).clip(0, 1) * 255
    assert np.abs(grey(dicom(values, PixelPaddingValue=-2000)) - expected).max() <= 0.51
    assert decode_view(dicom(values, PixelPaddingValue=-2000), "x", View()).scale.window == (-940, 980)


def test_tables_of_the_modality_and_for_the_screen() -> None:
    values = np.arange(100, dtype=np.uint16).reshape(10, 10)
    modality, screen = np.arange(100) ** 2, (np.arange(9802) // 3).clip(0, 3000)
    raw = dicom(values, 12, ModalityLUTSequence=[table(0, modality, 16)], VOILUTSequence=[table(0, screen, 12)],
                WindowCenter=1, WindowWidth=2)  # fmt: skip
    assert np.abs(grey(raw) - screen[modality[values]] / 4095 * 255).max() <= 0.51
    assert np.array_equal(decode_levels(raw, "x").values, modality[values])
    windowed = grey(raw, View(None, (0.0, 9801.0)))
    assert np.abs(windowed - modality[values] / 9801 * 255).max() <= 0.51, "a window chosen replaces the table"


@pytest.mark.parametrize("kind", ["MONOCHROME1", "MONOCHROME2"])
def test_a_chosen_window_is_in_the_files_own_numbers(kind: str) -> None:
    raw = dicom(RAMP, RescaleSlope=1, RescaleIntercept=-1024, WindowCenter=40, WindowWidth=400,
                PhotometricInterpretation=kind)  # fmt: skip
    scale = decode_view(raw, "x", View()).scale
    assert scale.window == (-160, 239)
    assert scale.span == (-2024, 239)
    expected = ((RAMP - 1024.0 + 1500) / 500).clip(0, 1) * 255
    expected = 255 - expected if kind == "MONOCHROME1" else expected
    assert np.abs(grey(raw, View(None, (-1500.0, -1000.0))) - expected).max() <= 0.51


def test_frames_each_with_its_window() -> None:
    def own(centre: float) -> Dataset:
        voi, item = Dataset(), Dataset()
        voi.WindowCenter, voi.WindowWidth = centre, 100
        item.FrameVOILUTSequence = [voi]
        return item

    stack = np.stack([RAMP, RAMP // 2, RAMP // 4])
    raw = dicom(stack, PerFrameFunctionalGroupsSequence=[own(0), own(10), own(20)])
    for number, frame in enumerate(stack):
        seen = grey(raw, View(number + 1))
        assert np.abs(seen - by_hand(frame, 10 * number, 100, "LINEAR")).max() <= 0.51
    assert np.array_equal(grey(raw), grey(raw, View(2))), "the middle one where none is named"
    scale = decode_view(raw, "x", View()).scale
    assert (scale.frame, scale.frames) == (2, 3)
    with pytest.raises(Unreadable, match="x has no frame 4; the last one is 3"):
        decode_view(raw, "x", View(4))


def test_eight_bits_are_shown_as_they_are_and_fewer_spread() -> None:
    values = np.arange(100, dtype=np.uint8).reshape(10, 10)
    assert np.array_equal(grey(dicom(values)), values)
    assert np.array_equal(grey(dicom(values, PhotometricInterpretation="MONOCHROME1")), 255 - values)
    assert np.array_equal(grey(dicom(values // 7, 4)), values // 7 * 17)
    assert not decode_view(dicom(values), "x", View()).scale.choice
    with pytest.raises(Unreadable, match="no window"):
        decode_view(dicom(values), "x", View(None, (1.0, 2.0)))


def test_oblong_pixels_are_noted() -> None:
    assert "2 times as high as wide" in " ".join(decode(dicom(RAMP, PixelAspectRatio=[2, 1]), "x")[1])
    assert "square" not in " ".join(decode(dicom(RAMP, PixelSpacing=[0.5, 0.5]), "x")[1])


def test_words_burned_in() -> None:
    for said in ("YES", "yes "):
        with pytest.raises(Unreadable, match="^x.dcm says that words are burned into its picture, which may name"):
            decode(dicom(RAMP, BurnedInAnnotation=said), "x.dcm")
    decode(dicom(RAMP, BurnedInAnnotation="NO"), "x.dcm")


@pytest.mark.parametrize("said", [
    {"Rows": 60_000, "Columns": 60_000}, {"NumberOfFrames": 60_000}, {"Rows": 0}, {"BitsStored": 40}, {"Rows": 11},
    {"SamplesPerPixel": 2}, {"PhotometricInterpretation": "ARGB"}, {"RescaleSlope": "1e400"}, {"NumberOfFrames": 300},
])  # fmt: skip
def test_what_cannot_be_is_one_sentence(said: dict[str, object]) -> None:
    data = Dicom(dicom(RAMP), "x").data
    for name, value in said.items():
        setattr(data, name, value)
    out = io.BytesIO()
    data.save_as(out, enforce_file_format=True)
    with pytest.raises(Unreadable) as caught:
        decode(out.getvalue(), "x.dcm")
    assert str(caught.value).startswith("x.dcm ")


def test_without_the_library_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(Unreadable, match=r"install counterproof\[dicom\]$"):
        Dicom(dicom(RAMP), "x.dcm")


def test_facts() -> None:
    found = picture_facts(dicom(RAMP[:5]), "x")
    assert (found.height, found.width, found.grey, found.bits) == (5, 10, True, 16)


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "693_J2KI.dcm"])
@pytest.mark.parametrize("without", ["preamble", "preamble and group 2"])
def test_files_without_their_first_bytes_are_the_same_pictures(name: str, without: str) -> None:
    raw = (FILES / name).read_bytes()
    bare = raw[132:]
    if without != "preamble":
        length = int.from_bytes(bare[8:12], "little")  # that of group 0002 after its first element
        bare = bare[12 + length :]
    if without != "preamble" and name == "693_J2KI.dcm":
        with pytest.raises(Unreadable, match="cut short|damaged or packed"):
            grey(bare)
    else:
        assert np.array_equal(grey(bare), grey(raw))


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "examples_overlay.dcm", "693_J2KI.dcm"])
def test_real_files_as_pydicom_has_them(name: str) -> None:
    from pydicom.pixels import apply_modality_lut, apply_windowing

    raw = (FILES / name).read_bytes()
    data = dcmread(FILES / name)
    values = apply_modality_lut(data.pixel_array, data).astype(float)
    if "WindowCenter" in data:
        low = -(2.0 ** (data.BitsStored - 1)) if data.PixelRepresentation else 0.0
        ends = np.array([low, low + 2.0**data.BitsStored - 1])  # pydicom spreads over what the file can hold
        ends = ends * data.get("RescaleSlope", 1) + data.get("RescaleIntercept", 0)
        spread = (apply_windowing(values, data) - ends[0]) / (ends[1] - ends[0])
    else:
        spread = (values - values.min()) / (values.max() - values.min())
    assert np.abs(grey(raw) - spread * 255).max() <= 0.51


@pytest.mark.parametrize("name", ["examples_palette.dcm", "examples_rgb_color.dcm", "SC_rgb_jpeg_dcmtk.dcm",
                                  "SC_ybr_full_422_uncompressed.dcm", "examples_jpeg2k.dcm"])  # fmt: skip
def test_colours_as_pydicom_has_them(name: str) -> None:
    from pydicom.pixels import apply_color_lut, pixel_array

    data = dcmread(FILES / name)
    expected = pixel_array(data)
    if data.PhotometricInterpretation == "PALETTE COLOR":
        expected = apply_color_lut(expected, data)[..., :3] >> 8
    assert np.array_equal(read_picture((FILES / name).read_bytes(), name).pixels, expected)


@pytest.mark.parametrize(("packed", "other"), [("MR_small_jpeg_ls_lossless.dcm", "MR_small.dcm"),
                                               ("SC_rgb_jpeg_gdcm.dcm", "SC_rgb_rle.dcm")])  # fmt: skip
def test_what_is_packed_without_loss_is_what_it_was(packed: str, other: str) -> None:
    """JPEG-LS and lossless JPEG, by GDCM, against the same pixels packed in a way that needs no library."""
    found, expected = (Dicom((FILES / name).read_bytes(), name).pixels(None) for name in (packed, other))
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("name", ["SC_rgb_jpeg_dcmtk.dcm", "examples_ybr_color.dcm", "examples_jpeg2k.dcm"])
@pytest.mark.parametrize("library", ["pillow", "gdcm"])
def test_a_lossy_picture_has_the_same_pixels_whichever_library_unpacks_it(name: str, library: str) -> None:
    from pydicom.pixels import pixel_array

    found = Dicom((FILES / name).read_bytes(), name).pixels(0)
    assert np.array_equal(found, pixel_array(dcmread(FILES / name), index=0, decoding_plugin=library))
