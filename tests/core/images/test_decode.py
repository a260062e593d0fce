"""Pictures from outside: every format and every odd mode."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.images.picture import read_picture
from tests.core.images.made import COLOUR, RNG, chunk, encoded, tiff


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "BMP"])
def test_lossless_formats_come_back_as_they_were(kind: str) -> None:
    how = {"lossless": True} if kind == "WEBP" else {}
    read = read_picture(encoded(Image.fromarray(COLOUR), kind, **how), f"a.{kind.lower()}")
    assert np.array_equal(read.pixels, COLOUR)
    assert read.notes == ()
    assert len(read.sha256) == 64


def test_jpeg_is_read_as_pillow_reads_it() -> None:
    raw = encoded(Image.fromarray(COLOUR), "JPEG", quality=90)
    assert np.array_equal(read_picture(raw, "a.jpg").pixels, np.asarray(Image.open(io.BytesIO(raw))))


def test_a_wrong_ending_is_read_by_content_and_noted() -> None:
    read = read_picture(encoded(Image.fromarray(COLOUR), "JPEG"), "scan.png")
    assert read.notes == ("The name ends in .png, but the content is JPEG; it was read as JPEG.",)
    assert read_picture(encoded(Image.fromarray(COLOUR), "PNG"), "no ending").notes == ()


@pytest.mark.parametrize(("order", "photometric"), [("<", "minisblack"), (">", "minisblack"), ("<", "miniswhite")])
def test_sixteen_bits_are_spread_over_their_own_range(order: str, photometric: str) -> None:
    """By hand: 1000, 1500, 2000 become 0, 127.5 -> 128, 255; white-is-zero turns them round."""
    values = np.array([[1000, 1500, 2000]], dtype=f"{order}u2")
    read = read_picture(tiff(values, photometric=photometric, byteorder=order), "x.tif")
    expected = [0, 128, 255] if photometric == "minisblack" else [255, 128, 0]
    assert read.pixels[0, :, 0].tolist() == expected
    assert (read.pixels == read.pixels[..., :1]).all()
    assert "its own range, 1000 to 2000" in read.notes[0]


def test_sixteen_bit_png_keeps_its_levels() -> None:
    """convert("RGB") would leave one level of these 4096; here all 256 are used."""
    values = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    read = read_picture(encoded(Image.fromarray(values), "PNG"), "x.png")
    assert np.array_equal(read.pixels[..., 0], np.rint(values / 4095 * 255).astype(np.uint8))
    assert len(np.unique(read.pixels)) == 256


def test_sixteen_bit_colour_is_reduced_and_noted() -> None:
    values = RNG.integers(0, 2**16, (5, 6, 3), dtype=np.uint16)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", 6, 5, 16, 2, 0, 0, 0)
    raw = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    read = read_picture(raw, "x.png")
    assert np.array_equal(read.pixels, (values >> 8).astype(np.uint8))
    assert read.notes == ("Its 16 bits a colour were reduced to 8.",)


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_deeper_greyscale_is_windowed(kind: type) -> None:
    read = read_picture(tiff(np.array([[-100, 0, 300]], dtype=kind)), "x.tif")
    assert read.pixels[0, :, 0].tolist() == [0, 64, 255]  # 100 / 400 * 255 = 63.75


def test_the_widest_floats_do_not_overflow() -> None:
    read = read_picture(tiff(np.array([[-3e38, 0, 3e38]], dtype=np.float32)), "x.tif")
    assert read.pixels[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_pixels_that_are_not_numbers_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="not numbers"):
        read_picture(tiff(np.array([[0.0, bad]], dtype=np.float32)), "x.tif")


def test_a_flat_deep_picture_is_one_shade() -> None:
    read = read_picture(encoded(Image.fromarray(np.full((4, 4), 700, np.uint16)), "PNG"), "x.png")
    assert (read.pixels == 0).all()
    assert "same value" in read.notes[-1]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_transparency_is_laid_on_white(kind: str) -> None:
    """By hand: c * a + 255 * (1 - a), a = alpha / 255."""
    values = RNG.integers(0, 256, (8, 9, 4), dtype=np.uint8)
    values[0, 0] = (10, 20, 30, 0)
    how = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    read = read_picture(encoded(Image.fromarray(values), kind, **how), f"x.{kind}")
    alpha = values[..., 3:] / 255
    assert np.abs(read.pixels - (values[..., :3] * alpha + 255 * (1 - alpha))).max() <= 1
    assert read.pixels[0, 0].tolist() == [255, 255, 255]
    assert read.notes == ("Transparent parts were laid on white.",)


def test_palettes_and_grey_with_transparency() -> None:
    palette = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    palette.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    read = read_picture(encoded(palette, "PNG", transparency=1), "x.png")
    assert read.pixels.tolist() == [[[255, 0, 0], [255, 255, 255], [0, 0, 255]]]
    assert read_picture(encoded(palette, "PNG"), "x.png").pixels[0, 1].tolist() == [0, 255, 0]
    assert read_picture(encoded(palette, "PNG", transparency=bytes([255, 0, 255])), "x.png").pixels.min() == 0
    grey = Image.fromarray(np.array([[[40, 255], [40, 0]]], np.uint8), "LA")
    assert read_picture(encoded(grey, "PNG"), "x.png").pixels[0, :, 0].tolist() == [40, 255]
    keyed = encoded(Image.fromarray(np.array([[7, 9]], np.uint8)), "PNG", transparency=7)
    assert read_picture(keyed, "x.png").pixels[0, :, 0].tolist() == [255, 9]
    assert read_picture(encoded(palette, "GIF", transparency=0), "x.gif").pixels[0, 0].tolist() == [255, 255, 255]
    opaque = read_picture(encoded(Image.fromarray(COLOUR).convert("RGBA"), "PNG"), "x.png")
    assert opaque.notes == ()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_as_pillow_turns_it(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    how = {"lossless": True} if kind == "WEBP" else {}
    raw = encoded(Image.fromarray(COLOUR), kind, exif=exif, **how)
    read = read_picture(raw, f"x.{kind}")
    assert np.array_equal(read.pixels, np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(raw)))))
    assert bool(read.notes) == (orientation != 1)
    if kind in ("PNG", "TIFF") and orientation == 6:  # and by hand: 6 is shown turned by 90 degrees clockwise
        assert np.array_equal(read.pixels, np.rot90(COLOUR, -1))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_converted(kind: str) -> None:
    cmyk = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    read = read_picture(encoded(cmyk, kind), f"x.{kind}")
    assert np.abs(read.pixels.astype(int) - (255, 0, 0)).max() <= 2
    assert read.notes == ("The colours were converted from CMYK to RGB.",)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_several_pictures_the_first_is_used(kind: str) -> None:
    frames = [Image.new("RGB", (12, 10), colour) for colour in ("red", "blue", "lime")]
    how = {"lossless": True} if kind == "WEBP" else {}
    read = read_picture(encoded(frames[0], kind, save_all=True, append_images=frames[1:], **how), f"x.{kind}")
    assert (read.pixels == (255, 0, 0)).all()
    assert read.notes == ("The file holds several pictures; only the first one is used.",)


def test_bits_and_greys() -> None:
    bits = Image.fromarray(np.array([[True, False]]))
    assert read_picture(encoded(bits, "PNG"), "x.png").pixels[0, :, 0].tolist() == [255, 0]
    grey = np.arange(256, dtype=np.uint8)[None]
    assert np.array_equal(read_picture(encoded(Image.fromarray(grey), "BMP"), "x.bmp").pixels[..., 1], grey)
