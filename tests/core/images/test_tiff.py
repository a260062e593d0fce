"""TIFF of every depth and kind: the levels that were written, or one sentence. The files are tifffile's, or by hand."""

import numpy as np
import pytest
from PIL import Image

from core.images.decode import decode, decode_levels, picture_facts
from core.images.levels import shown
from core.images.reader import read
from tests.core.images.made import RNG, encoded, tiff
from tests.core.images.made_files import lzw, tiff_of

KINDS = ["i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]
EXACT = {"f2": "f4"}  # what has no type of its own here


def made(kind: str, shape: tuple[int, ...]) -> np.ndarray:
    dtype = np.dtype(kind)
    if dtype.kind == "f":
        return (RNG.random(shape) * 5 - 1).astype(dtype)
    limits = np.iinfo(dtype)
    return RNG.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)


@pytest.mark.parametrize("tile", [None, (16, 16)])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_depth_in_both_byte_orders(kind: str, order: str, tile: tuple[int, int] | None) -> None:
    values = made(kind, (21, 37))
    read_back = read(tiff(values, byteorder=order, tile=tile, photometric="minisblack"), "x.tif")
    assert np.array_equal(read_back.values, values.astype(EXACT.get(kind, kind)))
    assert read_back.bits == 8 * values.itemsize


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "f4"])
def test_colours_chunky_and_plane_by_plane(kind: str, planes: str, compression: str | None) -> None:
    values = made(kind, (13, 9, 3))
    stored = values if planes == "contig" else np.moveaxis(values, -1, 0)
    raw = tiff(stored, photometric="rgb", planarconfig=planes, compression=compression, rowsperstrip=4, byteorder=">")
    assert np.array_equal(read(raw, "x.tif").values, values)


@pytest.mark.parametrize("kind", KINDS)
def test_white_as_zero_is_turned_round(kind: str) -> None:
    """Brighter is larger, and what was stored can be told."""
    values = np.sort(made(kind, (1, 50)))
    found = read(tiff(values, photometric="miniswhite"), "x.tif")
    assert (np.diff(found.values[0].astype(np.float64)) <= 0).all()
    assert found.inverted_from is not None
    back = found.inverted_from - found.values.astype(np.float64)
    assert np.allclose(back, values.astype(np.float64), rtol=1e-6)
    pixels, _ = shown(found)
    assert pixels[0, 0, 0] == 255
    assert pixels[0, -1, 0] == 0


@pytest.mark.parametrize("planes", [1, 2])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("predictor", [1, 2])
def test_lzw_of_sixteen_bits(predictor: int, channels: int, planes: int) -> None:
    """By hand: two strips of rows, the second one shorter; with the predictor each level is a difference."""
    values = made("u2", (5, 7, channels))
    parts = [values] if planes == 1 else [values[..., [channel]] for channel in range(channels)]
    strips = []
    for part in parts:
        before = np.pad(part, ((0, 0), (1, 0), (0, 0)))[:, :-1]
        written = part - before if predictor == 2 else part
        strips += [lzw(written[:3].tobytes()), lzw(written[3:].tobytes())]
    tags = {258: [16] * channels, 259: [5], 262: [2 if channels == 3 else 1], 277: [channels], 278: [3]}
    raw = tiff_of((7, 5), strips, tags | {284: [planes], 317: [predictor]})
    assert np.array_equal(read(raw, "x.tif").values, values if channels == 3 else values[..., 0])


def test_twelve_bits_as_they_lie_and_not_with_a_predictor() -> None:
    """By hand: 0xABC and 0x123 in three bytes."""
    raw = tiff_of((2, 1), [b"\xab\xc1\x23"], {258: [12]})
    found = read(raw, "x.tif")
    assert found.values.tolist() == [[0xABC, 0x123]]
    assert found.full == (0, 4095)
    packed = tiff_of((2, 1), [lzw(b"\xab\xc1\x23")], {258: [12], 259: [5], 317: [2]})
    with pytest.raises(ValueError, match="12 bits"):
        read(packed, "x.tif")


@pytest.mark.parametrize(("extra", "planes"), [("unassalpha", "contig"), ("assocalpha", "contig"),
                                               ("unassalpha", "separate"), ("assocalpha", "separate")])  # fmt: skip
@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("kind", ["u1", "u2"])
def test_transparency_beside_the_colours(kind: str, colours: int, extra: str, planes: str) -> None:
    """By hand: the alpha in 8 bits; what it was multiplied into is divided by it, up to the rounding of that."""
    top = np.iinfo(kind).max
    values, alpha = made(kind, (6, 5, colours)), made(kind, (6, 5, 1))
    share = alpha / top
    written = np.rint(values * share).astype(kind) if extra == "assocalpha" else values
    stored = np.concatenate([written, alpha], -1)
    stored = stored if planes == "contig" else np.ascontiguousarray(np.moveaxis(stored, -1, 0))
    photometric = "rgb" if colours == 3 else "minisblack"
    raw = tiff(stored, photometric=photometric, planarconfig=planes, extrasamples=[extra], compression="zlib")
    found = read(raw, "x.tif")
    assert found.alpha is not None
    assert np.abs(found.alpha - share[..., 0] * 255).max() <= 0.51
    wanted = values if colours == 3 else values[..., 0]
    off = np.abs(found.values.astype(float) - wanted) * (share if colours == 3 else share[..., 0])
    assert off.max() <= (1 if extra == "assocalpha" else 0)


def test_further_channels_are_left_out_and_said() -> None:
    values = made("u2", (4, 5, 5))
    found = read(tiff(values, photometric="rgb", extrasamples=["unspecified"] * 2, planarconfig="contig"), "x.tif")
    assert np.array_equal(found.values, values[..., :3])
    assert found.notes == ("It holds 2 more channels beside its colours, not used.",)


def test_cmyk_of_sixteen_bits_as_of_eight() -> None:
    inks = RNG.integers(0, 256, (4, 5, 4), dtype=np.uint8)
    raw = tiff_of((5, 4), [(inks.astype(np.uint16) * 257).tobytes()], {258: [16] * 4, 262: [5], 277: [4]})
    eight = encoded(Image.frombytes("CMYK", (5, 4), inks.tobytes()), "TIFF")
    pixels, notes = decode(raw, "x.tif")
    assert np.array_equal(pixels, decode(eight, "x.tif")[0])
    assert notes == ("Its 16 bits a colour were reduced to 8.", "The colours were converted from CMYK to RGB.")


REFUSED = {
    "predictor without compression": (tiff_of((2, 1), [bytes(4)], {258: [16], 317: [2]}), "predictor"),
    "channels of two depths": (tiff_of((1, 1), [bytes(8)], {258: [8, 8, 16], 262: [2], 277: [3]}), "different kinds"),
    "complex": (tiff(np.ones((2, 2), np.complex64)), "complex"),
    "channels that nobody names": (tiff_of((1, 1), [bytes(3)], {258: [8] * 3, 277: [3]}), "channels, 3"),
    "24 bits": (tiff_of((1, 1), [bytes(3)], {258: [24]}), "24 bits"),
    "palette of 16 bits": (tiff_of((1, 1), [bytes(2)], {258: [16], 262: [3], 320: [0] * 3}), "palette"),
    "missing strip": (tiff_of((2, 4), [bytes(4), bytes(4)], {258: [16], 278: [1]}), "cut short"),
    "strip beyond the end": (tiff_of((2, 1), [bytes(4)], {258: [16], 273: [10**6]}), "cut short"),
    "strip too short": (tiff_of((9, 9), [lzw(bytes(20))], {258: [16], 259: [5]}), "damaged"),
    "more than fits": (tiff_of((9000, 9000), [bytes(4)], {258: [16]}), "million pixels"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_read_is_refused_in_one_sentence(case: str) -> None:
    raw, words = REFUSED[case]
    with pytest.raises(ValueError, match=words) as caught:
        read(raw, "x.tif")
    assert str(caught.value).startswith("x.tif ")
    assert "\n" not in str(caught.value)


def test_a_deep_picture_is_turned_upright() -> None:
    values = made("u2", (3, 5))
    raw = tiff(values, extratags=[(274, 3, 1, 6, True)])
    assert np.array_equal(decode_levels(raw, "x.tif").values, np.rot90(values, -1))
    facts = picture_facts(raw, "x.tif")
    assert (facts.height, facts.width, facts.grey, facts.bits) == (5, 3, True, 16)
