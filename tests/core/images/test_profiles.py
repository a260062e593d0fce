"""Colour profiles, written by hand: to sRGB as the formulas have it, and noted; damaged ones are said."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from core.images.decode import decode, decode_levels
from tests.core.images.made import COLOUR, RNG, chunk, encoded, tiff
from tests.core.images.made_files import COLOUR as PNG_COLOUR
from tests.core.images.made_files import SRGB_XYZ, icc, png

RED, GREEN, BLUE = SRGB_XYZ
CONVERTED = "Its colours were converted from their own profile (ICC) to sRGB."
GAMMA = 563 / 256  # 2.2, as a profile can say it


def encoding(light: np.ndarray) -> np.ndarray:
    """sRGB's curve: light in [0, 1] -> levels of 255."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055) * 255


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_colours_are_converted(kind: str) -> None:
    """Red and green have changed places in the profile, and the curve is a plain gamma."""
    how = {"PNG": {}, "TIFF": {}, "WEBP": {"lossless": True}, "JPEG": {"quality": 100, "subsampling": 0}}[kind]
    raw = encoded(Image.fromarray(COLOUR), kind, icc_profile=icc(b"RGB ", 2.2, (GREEN, RED, BLUE)), **how)
    plain = np.asarray(Image.open(io.BytesIO(raw)).convert("RGB"))
    pixels, notes = decode(raw, f"x.{kind}")
    assert np.abs(pixels - encoding((plain[..., [1, 0, 2]] / 255) ** GAMMA)).max() <= 1.5
    assert notes == (CONVERTED,)


def test_a_plain_gamma_is_not_srgb() -> None:
    """By no more than 9 of 255, in the dark."""
    pixels, notes = decode(encoded(Image.fromarray(COLOUR), "PNG", icc_profile=icc(b"RGB ", 2.2, SRGB_XYZ)), "x.png")
    assert np.abs(pixels - encoding((COLOUR / 255) ** GAMMA)).max() <= 1.5
    assert 5 < np.abs(pixels.astype(int) - COLOUR).max() <= 9
    assert notes == (CONVERTED,)


def test_grey_is_converted_and_stays_grey() -> None:
    values = np.arange(256, dtype=np.uint8)[None]
    pixels, notes = decode(encoded(Image.fromarray(values), "PNG", icc_profile=icc(b"GRAY", 1.0)), "x.png")
    assert np.abs(pixels[..., 0] - encoding(values / 255)).max() <= 1.5
    assert (pixels == pixels[..., :1]).all()
    assert notes == (CONVERTED,)


def test_transparency_and_palettes_are_converted_too() -> None:
    profile = icc(b"RGB ", 2.2, (GREEN, RED, BLUE))
    values = np.dstack([COLOUR, RNG.integers(0, 256, COLOUR.shape[:2], dtype=np.uint8)])
    found = decode_levels(encoded(Image.fromarray(values), "PNG", icc_profile=profile), "x.png")
    assert found.alpha is not None
    assert np.array_equal(found.alpha, values[..., 3])
    assert np.abs(found.values - encoding((COLOUR[..., [1, 0, 2]] / 255) ** GAMMA)).max() <= 1.5
    palette = Image.fromarray(np.array([[0]], np.uint8), "P")
    palette.putpalette([255, 0, 0])
    assert np.abs(decode(encoded(palette, "PNG", icc_profile=profile), "x.png")[0].astype(int) - (0, 255, 0)).max() <= 1


def test_srgb_itself_changes_nothing_and_is_not_mentioned() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    pixels, notes = decode(encoded(Image.fromarray(COLOUR), "PNG", icc_profile=profile), "x.png")
    assert np.array_equal(pixels, COLOUR)
    assert notes == ()


@pytest.mark.parametrize(("profile", "words"), [
    (b"no profile", "damaged"),
    (icc(b"RGB ", 2.2, SRGB_XYZ)[:200], "damaged"),
    (icc(b"GRAY", 2.2), "another kind of colours"),
])  # fmt: skip
def test_a_profile_that_cannot_be_followed_is_said(profile: bytes, words: str) -> None:
    pixels, notes = decode(encoded(Image.fromarray(COLOUR), "PNG", icc_profile=profile), "x.png")
    assert np.array_equal(pixels, COLOUR)
    assert len(notes) == 1
    assert words in notes[0]


def test_a_profile_that_is_no_zlib_stream_is_said() -> None:
    raw = png(COLOUR, 8, PNG_COLOUR, chunk(b"iCCP", b"name\0\0broken"))
    assert decode(raw, "x.png")[1] == ("Its colour profile is damaged and was ignored.",)


def test_profiles_in_bmp_and_gif() -> None:
    """Pillow does not look for them there: a header of 124 bytes names the place, or an extension holds them."""
    profile = icc(b"RGB ", 2.2, (GREEN, RED, BLUE))
    plain = encoded(Image.new("RGB", (2, 2), "red"), "BMP")
    header = bytearray(124)
    header[:40] = plain[14:54]
    header[:4] = (124).to_bytes(4, "little")
    header[56:60] = b"DEBM"
    pixels = plain[54:]
    header[112:120] = (124 + len(pixels)).to_bytes(4, "little") + len(profile).to_bytes(4, "little")
    bmp = plain[:10] + (138).to_bytes(4, "little") + bytes(header) + pixels + profile
    gif = encoded(Image.new("RGB", (2, 2), "red"), "GIF")
    at = gif.index(b"\x2c\0\0\0\0")
    parts = [profile[start : start + 255] for start in range(0, len(profile), 255)]
    block = b"".join(bytes([len(part)]) + part for part in parts)
    gif = b"GIF89a" + gif[6:at] + b"\x21\xff\x0bICCRGBG1012" + block + b"\0" + gif[at:]
    for raw, kind in ((bmp, "bmp"), (gif, "gif")):
        found, notes = decode(raw, f"x.{kind}")
        assert np.abs(found.astype(int) - (0, 255, 0)).max() <= 1
        assert notes == (CONVERTED,)


def test_deep_pictures_with_a_profile() -> None:
    """Colours are reduced and converted; grey that is stretched anyway keeps its levels, and that is said."""
    profile, values = icc(b"RGB ", 2.2, (GREEN, RED, BLUE)), COLOUR.astype(np.uint16) * 257
    pixels, notes = decode(tiff(values, photometric="rgb", iccprofile=profile), "x.tif")
    assert np.abs(pixels - encoding((COLOUR[..., [1, 0, 2]] / 255) ** GAMMA)).max() <= 1.5
    assert notes == ("Its 16 bits a colour were reduced to 8.", CONVERTED)
    grey = decode_levels(tiff(values[..., 0], iccprofile=icc(b"GRAY", 1.0)), "x.tif")
    assert np.array_equal(grey.values, values[..., 0])
    assert grey.notes == ("Its colour profile was ignored, since its levels have more than 8 bits.",)
