"""A frame and a window are part of a picture's name, and the name brings back the same pixels."""

import numpy as np
import pytest
from PIL import Image

from core.base.errors import Unreadable
from core.catalog import ATTACKS
from core.images.decode import decode_view
from core.images.samples import sample, stored_picture
from core.images.uploads import is_upload, keep_upload, parts, uploads, without_view
from core.images.view import View
from core.study.case import Case
from tests.core.images.made import RNG, encoded, tiff
from tests.core.images.made_dicom import dicom

DEEP = RNG.integers(0, 4096, (9, 12)).astype(np.uint16)
PLAIN = "upload/0123456789abcdef"


@pytest.mark.parametrize("view", [
    View(), View(1), View(None, (0.0, 4095.0)), View(12, (-1024.5, 3071.0)), View(None, (1e-7, 2e12)),
    View(None, (-0.25, 1 / 3)),
])  # fmt: skip
def test_a_view_is_read_as_it_was_written(view: View) -> None:
    again = View.read(str(view))
    assert str(again) == str(view)
    assert again.frame == view.frame
    if view.window and again.window:
        assert again.window == pytest.approx(view.window, rel=1e-9)


@pytest.mark.parametrize("text", [
    "@", "@frame0", "@frame01", "@frame1@", "@1", "@2:1", "@1:1", "@nan:1", "@1:inf", "@ 1:2", "@1:2\n", "@1.0:2",
    "@1:2@frame1", "frame1", "@01:2", "@1e999:2", "@frame123456", "@1:2@3:4", "@\u0661:2",
])  # fmt: skip
def test_what_is_no_view(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        View.read(text)
    assert not is_upload(PLAIN + text)
    with pytest.raises(ValueError, match="no picture of that name"):
        sample(PLAIN + text)


def test_names_with_and_without() -> None:
    assert parts(PLAIN) == (PLAIN, View())
    assert parts(f"{PLAIN}@frame2@-160:240") == (PLAIN, View(2, (-160.0, 240.0)))
    assert without_view(f"{PLAIN}@1:2") == without_view(PLAIN) == PLAIN
    assert without_view("cifar10/0003") == "cifar10/0003"


@pytest.mark.parametrize("raw", [
    encoded(Image.fromarray(DEEP), "PNG"), tiff(DEEP, photometric="minisblack"), dicom(DEEP, 12),
], ids=["png", "tiff", "dicom"])  # fmt: skip
def test_the_window_is_applied_by_name(raw: bytes, home: object) -> None:
    image = keep_upload(raw, "deep.x", View(None, (1000.0, 3000.0)))
    assert image.endswith("@1000:3000")
    found = stored_picture(image)
    expected = ((DEEP.astype(float) - 1000) / 2000).clip(0, 1) * 255
    assert np.abs(found.pixels[..., 0] - expected).max() <= 0.51
    assert found.scale.window == (1000, 3000)
    whole = stored_picture(without_view(image))
    assert whole.scale.window == whole.scale.span == (DEEP.min(), DEEP.max())
    assert whole.sha256 == found.sha256
    assert not np.array_equal(whole.pixels, found.pixels)
    assert list(uploads(5)) == [without_view(image)], "one picture, however it is looked at"


def test_white_as_zero_keeps_the_files_own_numbers() -> None:
    seen = decode_view(tiff(DEEP, photometric="miniswhite"), "x", View(None, (1000.0, 3000.0)))
    expected = 255 - ((DEEP.astype(float) - 1000) / 2000).clip(0, 1) * 255
    assert np.abs(seen.pixels[..., 0] - expected).max() <= 0.51
    assert seen.scale.span == (DEEP.min(), DEEP.max())


def test_colours_of_sixteen_bits_have_one_window() -> None:
    values = RNG.integers(0, 65536, (5, 6, 3)).astype(np.uint16)
    raw = tiff(values, photometric="rgb")
    assert decode_view(raw, "x", View()).scale.window == (0, 65535)
    seen = decode_view(raw, "x", View(None, (10_000.0, 20_000.0)))
    assert np.abs(seen.pixels - ((values - 10_000.0) / 10_000).clip(0, 1) * 255).max() <= 0.51


def test_what_has_no_window_or_frames() -> None:
    eight = encoded(Image.fromarray(DEEP.astype(np.uint8)), "PNG")
    with pytest.raises(Unreadable, match="so it has no window"):
        decode_view(eight, "x.png", View(None, (1.0, 2.0)))
    with pytest.raises(Unreadable, match="no frame 2"):
        decode_view(eight, "x.png", View(2))
    several = tiff(np.stack([DEEP, DEEP]), photometric="minisblack")
    assert decode_view(several, "x.tif", View(1)).scale.frames == 1


def test_the_window_is_part_of_the_case() -> None:
    cases = [Case(PLAIN + view, "mnist_cnn:standard", ATTACKS["pgd"]()) for view in ("", "@1:2", "@frame1", "@1:3")]
    assert len({case.id for case in cases}) == 4
    assert len({case.attack_id for case in cases}) == 4
    assert Case.from_json(cases[1].to_json()) == cases[1]
