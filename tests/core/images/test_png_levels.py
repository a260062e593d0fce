"""PNG as its standard has it, in files written by hand: every depth, and the level or colour that is transparent."""

import numpy as np
import pytest

from core.images.decode import decode, picture_facts
from core.images.reader import read
from tests.core.images.made import RNG, chunk
from tests.core.images.made_files import COLOUR, COLOUR_ALPHA, GREY, GREY_ALPHA, png, see_through

CHANNELS = {GREY: 1, COLOUR: 3, GREY_ALPHA: 2, COLOUR_ALPHA: 4}


@pytest.mark.parametrize("kind", CHANNELS)
def test_all_sixteen_bits(kind: int) -> None:
    values = RNG.integers(0, 2**16, (7, 5, CHANNELS[kind]))
    found = read(png(values, 16, kind), "x.png")
    opaque = kind in (GREY, COLOUR)
    colours = values if opaque else values[..., :-1]
    assert np.array_equal(found.values, colours[..., 0] if colours.shape[2] == 1 else colours)
    assert (found.alpha is None) == opaque
    if found.alpha is not None:
        assert np.array_equal(found.alpha, np.rint(values[..., -1] / 257))
    assert found.bits == 16


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_the_level_that_is_transparent(bits: int) -> None:
    """The key is in the file's own levels: of 2 bits 1 is transparent, not the 85 it is shown as."""
    values = RNG.integers(0, 2**bits, (6, 9))
    values[0, 0] = 1
    found = read(png(values, bits, GREY, see_through(1)), "x.png")
    assert found.alpha is not None
    assert np.array_equal(found.alpha == 0, values == 1)


@pytest.mark.parametrize("bits", [8, 16])
def test_the_colour_that_is_transparent(bits: int) -> None:
    """Of 16 bits a colour that differs in its last bit alone is another colour."""
    values = RNG.integers(0, 2**bits, (4, 4, 3))
    values[0, 0], values[0, 1] = (9, 8, 7), (9, 8, 6)
    found = read(png(values, bits, COLOUR, see_through(9, 8, 7)), "x.png")
    assert found.alpha is not None
    assert found.alpha[0, :2].tolist() == [0, 255]


def test_transparent_deep_grey_is_white_and_no_part_of_the_range() -> None:
    """By hand: 1000 to 2000 are spread, 60000 is transparent; 1500 becomes 127.5."""
    values = np.array([[1000, 1500, 2000, 60000]])
    pixels, notes = decode(png(values, 16, GREY, see_through(60000)), "x.png")
    assert pixels[0, :, 0].tolist() == [0, 128, 255, 255]
    assert "1000 to 2000" in notes[0]
    assert notes[1] == "Transparent parts were laid on white."


@pytest.mark.parametrize(("extra", "said"), [
    (chunk(b"gAMA", (100_000).to_bytes(4, "big")), True),
    (chunk(b"gAMA", (45_455).to_bytes(4, "big")), False),
    (chunk(b"gAMA", (100_000).to_bytes(4, "big")) + chunk(b"sRGB", b"\0"), False),
    (chunk(b"cICP", bytes([9, 16, 0, 1])), True),
    (chunk(b"cICP", bytes([1, 13, 0, 1])), False),
])  # fmt: skip
def test_what_a_png_says_of_its_colours_is_ignored_and_said(extra: bytes, said: bool) -> None:
    values = RNG.integers(0, 256, (3, 3, 3))
    pixels, notes = decode(png(values, 8, COLOUR, extra), "x.png")
    assert np.array_equal(pixels, values)
    assert any("ignored" in note for note in notes) == said


def test_facts_without_pixels() -> None:
    facts = picture_facts(png(np.zeros((3, 8, 2), int), 16, GREY_ALPHA), "x.png")
    assert (facts.height, facts.width, facts.grey, facts.bits) == (3, 8, True, 16)
    assert not picture_facts(png(np.zeros((3, 8, 3), int), 8, COLOUR), "x.png").grey
