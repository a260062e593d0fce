"""Levels of any depth to 8 bits: by the picture's own range, by one window for many, and never out of range."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.images.decode import decode, decode_levels
from core.images.levels import Levels, shown, upright
from tests.core.images.made import COLOUR, encoded


def test_one_window_keeps_pictures_comparable() -> None:
    """By hand: of 1000 to 2000, 1100 is 25.5; what is beyond is black or white. Stretched alone both would be alike."""
    dark, light = (np.array([[low, low + 100]], np.uint16) for low in (1000, 1900))
    assert np.array_equal(shown(Levels(dark, 16))[0], shown(Levels(light, 16))[0])
    assert shown(Levels(dark, 16), (1000, 2000))[0][0, :, 0].tolist() == [0, 26]  # 25.5
    pixels, notes = shown(Levels(light, 16), (1000, 2000))
    assert pixels[0, :, 0].tolist() == [230, 255]  # 229.5
    assert notes == ("Greyscale of more than 8 bits: the range from 1000 to 2000 was spread from black to white.",)
    assert shown(Levels(np.array([[0, 3000]], np.uint16), 16), (1000, 2000))[0][0, :, 0].tolist() == [0, 255]


def test_levels_come_as_they_are_in_the_file() -> None:
    values = np.arange(4096, dtype=np.uint16).reshape(64, 64) + 100
    found = decode_levels(encoded(Image.fromarray(values), "PNG"), "x.png")
    assert np.array_equal(found.values, values)
    assert found.deep
    assert found.found == (100, 4195)
    assert found.full == (0, 65535)
    assert found.notes == ()
    ordinary = decode_levels(encoded(Image.fromarray(COLOUR), "PNG"), "x.png")
    assert not ordinary.deep
    assert np.array_equal(shown(ordinary, (1000, 2000))[0], COLOUR)


def test_colours_of_sixteen_bits_by_a_window() -> None:
    values = np.array([[[0, 500, 1000]]], np.uint16)
    assert shown(Levels(values, 16))[0].tolist() == [[[0, 1, 3]]]
    assert shown(Levels(values, 16), (0, 1000))[0].tolist() == [[[0, 128, 255]]]


def test_the_widest_and_the_narrowest_ranges() -> None:
    pixels, _ = shown(Levels(np.array([[-1.7e308, 0, 1.7e308]]), 64))
    assert pixels[0, :, 0].tolist() == [0, 128, 255]
    pixels, _ = shown(Levels(np.array([[0, 5e-324]]), 64))  # half of it is nothing
    assert pixels[0, :, 0].tolist() == [0, 0]


def test_an_empty_window_is_no_division() -> None:
    assert (shown(Levels(np.full((2, 2), 7, np.uint16), 16), (7, 7))[0] == 0).all()
    with pytest.raises(ValueError, match="window from a lower to a higher"):
        shown(Levels(np.full((2, 2), 7, np.uint16), 16), (8, 7))


def test_signed_levels_of_eight_bits_are_called_that() -> None:
    assert "signed levels" in shown(Levels(np.array([[-128, 127]], np.int8)))[1][0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_as_pillow_turns(orientation: int) -> None:
    image = Image.fromarray(COLOUR)
    image.getexif()[0x0112] = orientation
    assert np.array_equal(upright(COLOUR, orientation), np.asarray(ImageOps.exif_transpose(image)))
    deep = Levels(COLOUR.astype(np.uint16), 16, COLOUR[..., 0]).turned(orientation)
    assert deep.alpha is not None
    assert np.array_equal(deep.alpha, deep.values[..., 0])


def test_decode_says_what_it_did() -> None:
    values = np.array([[100, 300]], np.uint16)
    pixels, notes = decode(encoded(Image.fromarray(values), "PNG"), "x.png")
    assert pixels[0, :, 0].tolist() == [0, 255]
    assert notes == ("Greyscale of more than 8 bits: its own range, 100 to 300, was spread from black to white.",)
