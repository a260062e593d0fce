"""Pictures from outside: every format, every odd mode, every way to be broken; fitting against torchvision's own."""

import io
import random
import struct
import time
import zlib
from collections.abc import Callable

import numpy as np
import pytest
import tifffile
import torch
from PIL import Image, ImageFile, ImageOps
from scipy.ndimage import gaussian_filter
from torch import nn
from torchvision.transforms import functional as transforms

from core.contracts.classifier import Classifier
from core.images.decode import MOST_BYTES
from core.images.picture import Picture, fit, fit_notes, from_png, plain_name, read_picture, to_png

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (24, 40, 3), dtype=np.uint8)


def encoded(image: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def tiff(values: np.ndarray, **how: object) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, values, **how)
    return out.getvalue()


def takes(size: tuple[int, int, int], resize: int = 0, interpolation: str = "bicubic") -> Classifier:
    return Classifier(nn.Identity(), ("a", "b"), size, resize=resize, interpolation=interpolation)


def of(pixels: np.ndarray) -> Picture:
    return Picture(pixels, "made", "")


# --- reading


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


# --- refusing


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


PNG = encoded(Image.fromarray(COLOUR), "PNG")
REFUSED = {
    "empty": (b"", "empty"),
    "svg": (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "text"),
    "html": (b"\xef\xbb\xbf\n <!DOCTYPE html><script>alert(1)</script>", "text"),
    "pdf": (b"%PDF-1.7 ...", "PDF"),
    "dicom": (bytes(128) + b"DICM" + bytes(100), "DICOM"),
    "heic": (b"\0\0\0\x18ftypheic" + bytes(100), "HEIC"),
    "zip": (b"PK\3\4" + bytes(100), "not a picture"),
    "plain text": (b"hello", "not a picture"),
    "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "not a picture"),
    "psd": (b"8BPS\0\1" + bytes(100), "not a picture"),
    "truncated": (PNG[: len(PNG) // 2], "damaged"),
    "header only": (PNG[:8], "not a picture|damaged"),
    "wrong checksum": (PNG[:60] + bytes([PNG[60] ^ 1]) + PNG[61:], "damaged"),
    "bomb": (bomb(50_000, 50_000), "million pixels"),
    "41 megapixels": (bomb(8200, 5001), "million pixels"),
    "no width": (bomb(0, 10), "."),
    "too many bytes": (PNG + bytes(MOST_BYTES), "25 MB"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_one_sentence(case: str) -> None:
    raw, words = REFUSED[case]
    with pytest.raises(ValueError, match=words) as caught:
        read_picture(raw, "<img src=x>.png")
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "<" not in sentence
    assert len(sentence) < 200


def test_twenty_megapixels_work_and_quickly() -> None:
    raw = encoded(Image.effect_noise((5000, 4000), 40).convert("RGB"), "JPEG", quality=70)
    begun = time.process_time()
    read = read_picture(raw, "x.jpg")
    image = fit(read, takes((3, 224, 224), 256))
    assert read.pixels.shape == (4000, 5000, 3)
    assert image.shape == (3, 224, 224)
    assert time.process_time() - begun < 15


def seeds() -> dict[str, bytes]:
    """One small file of every kind, with the odd parts (EXIF, animation, palettes) that readers trip over."""
    image = Image.fromarray(COLOUR)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a picture"
    frames = [image.transpose(turn) for turn in (Image.Transpose.ROTATE_180, Image.Transpose.FLIP_LEFT_RIGHT)]
    return {
        "png": encoded(image, "PNG", exif=exif),
        "apng": encoded(image, "PNG", save_all=True, append_images=frames),
        "palette": encoded(image.convert("P"), "PNG", transparency=3),
        "deep png": encoded(Image.fromarray(np.arange(960, dtype=np.uint16).reshape(24, 40)), "PNG"),
        "jpeg": encoded(image, "JPEG", exif=exif),
        "progressive": encoded(image, "JPEG", progressive=True),
        "cmyk": encoded(image.convert("CMYK"), "JPEG"),
        "webp": encoded(image, "WEBP", exif=exif),
        "animated webp": encoded(image, "WEBP", save_all=True, append_images=frames),
        "tiff": encoded(image, "TIFF", exif=exif),
        "lzw": encoded(image, "TIFF", compression="tiff_lzw"),
        "jpeg tiff": encoded(image, "TIFF", compression="jpeg"),
        "float": tiff(RNG.random((9, 9)).astype(np.float32)),
        "big endian": tiff(np.arange(81, dtype=">u2").reshape(9, 9), byteorder=">"),
        "bmp": encoded(image, "BMP"),
        "rle bmp": encoded(image.convert("P"), "BMP"),
        "gif": encoded(image, "GIF", save_all=True, append_images=frames),
    }


def mutate(raw: bytes, source: random.Random) -> bytes:
    """Cut, flip, overwrite, insert, repeat or drop bytes; more often near the start, where the headers are."""
    made = bytearray(raw)
    for _ in range(source.choice([1, 1, 2, 5, 20])):
        if not made:
            break
        at = source.randrange(min(len(made), source.choice([64, 400, len(made)])))
        what = source.randrange(6)
        if what == 0:
            del made[at:]
        elif what == 1:
            made[at] ^= 1 << source.randrange(8)
        elif what == 2:
            made[at : at + 4] = source.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\0\1"])
        elif what == 3:
            made[at:at] = source.randbytes(source.randrange(1, 20))
        elif what == 4:
            made[at:at] = made[at : at + source.randrange(1, 60)]
        else:
            del made[at : at + source.randrange(1, 30)]
    return bytes(made)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", seeds())
def test_odd_files_raise_nothing_but_a_sentence(kind: str) -> None:
    raw, source = seeds()[kind], random.Random(kind)
    refused: list[str] = []
    for _ in range(120):
        begun = time.process_time()
        try:
            read = read_picture(mutate(raw, source), f"x.{kind}")
            assert read.pixels.ndim == 3
            assert read.pixels.shape[2] == 3
            assert read.pixels.dtype == np.uint8
        except ValueError as error:
            refused.append(str(error))
        assert time.process_time() - begun < 5
    assert refused  # the mutations do break files
    assert not any("\n" in sentence for sentence in refused)


@pytest.mark.parametrize(
    "kind",
    [OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, EOFError,
     ZeroDivisionError, OverflowError, MemoryError, NotImplementedError, RecursionError, struct.error, zlib.error,
     Image.DecompressionBombError, Image.DecompressionBombWarning, UnicodeDecodeError],
)  # fmt: skip
def test_whatever_pillow_raises_is_a_sentence(kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise kind("utf8", b"", 0, 1, "\n") if kind is UnicodeDecodeError else kind("deep\ninside")

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", fail, raising=False)
    with pytest.raises(ValueError, match="x.png") as caught:
        read_picture(PNG, "x.png")
    assert "\n" not in str(caught.value)


# --- names


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("cat.png", "cat.png"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("<script>alert(1)</script>.png", "script_.png"),
        ("[link](http://x) **b** `c` $d$.png", "x) _b_ _c_ _d_.png"),
        ("a\u202egnp.exe", "a_gnp.exe"),
        ("a\nb\tc.png", "a_b_c.png"),
        ("", "picture"),
        ("...", "picture"),
        ("Röntgen 胸部.tif", "Röntgen 胸部.tif"),
        ("x" * 300 + ".png", "x" * 56 + ".png"),
    ],
)
def test_names_become_plain_text(given: str, plain: str) -> None:
    assert plain_name(given) == plain


# --- fitting


@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
@pytest.mark.parametrize("shape", [(300, 400), (533, 311), (256, 256), (64, 91), (224, 1000), (1201, 257)])
def test_fit_equals_torchvisions_resize_and_crop(shape: tuple[int, int], interpolation: str) -> None:
    """To the last of 8 bits: Pillow rounds between its two passes, and may take them in another order."""
    pixels = (gaussian_filter(RNG.random((*shape, 3)), (2, 2, 0)) * 1800 % 256).astype(np.uint8)
    pixels = gaussian_filter(pixels, (1, 1, 0))
    image = transforms.resize(Image.fromarray(pixels), 256, transforms.InterpolationMode(interpolation))
    expected = transforms.to_tensor(transforms.center_crop(image, [224, 224]))
    moved = (fit(of(pixels), takes((3, 224, 224), 256, interpolation)) - expected).abs() * 255
    assert moved.max() < 1.01
    assert expected.std() > 0.1


def test_fit_without_resize_crops_to_the_aspect() -> None:
    """A 4 x 12 picture whose middle third is white: the 2 x 2 classifier sees that third only."""
    pixels = np.zeros((4, 12, 3), np.uint8)
    pixels[:, 4:8] = 255
    assert fit(of(pixels), takes((3, 4, 4))).min() == 1
    assert np.array_equal(fit(of(COLOUR), takes((3, 24, 40))).permute(1, 2, 0).numpy(), COLOUR.astype(np.float32) / 255)


def test_one_channel_models_get_the_luminance() -> None:
    pixels = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [200, 200, 200]]], np.uint8)
    seen = fit(of(pixels), takes((1, 1, 4)))[0, 0] * 255
    assert seen.round().tolist() == [76, 150, 29, 200]  # 0.299, 0.587, 0.114 of 255


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (3000, 1), (2, 7)])
def test_tiny_and_thin_pictures_are_enlarged(shape: tuple[int, int]) -> None:
    picture = of(RNG.integers(0, 256, (*shape, 3), dtype=np.uint8))
    for classifier in (takes((3, 224, 224), 256), takes((3, 32, 32)), takes((1, 28, 28))):
        image = fit(picture, classifier)
        assert tuple(image.shape) == classifier.size
        assert torch.equal(image, (image * 255).round() / 255)
        assert any("enlarged" in note for note in fit_notes(picture, classifier))


def test_what_is_cut_off_is_said() -> None:
    wide = of(np.zeros((100, 200, 3), np.uint8))
    assert (
        fit_notes(wide, takes((3, 32, 32)))[0] == "The model sees the centre: 50% of its width is cut off at the edges."
    )
    # 256 -> 224 of the short side: 12.5 %; of the long one, 512 -> 224: 56 %
    assert "56% of its width and 12% of its height" in fit_notes(wide, takes((3, 224, 224), 256))[0]
    assert fit_notes(of(np.zeros((32, 32, 3), np.uint8)), takes((3, 32, 32))) == ()
    assert any("colours" in note for note in fit_notes(of(COLOUR), takes((1, 28, 28))))


# --- PNG


@pytest.mark.parametrize("channels", [1, 3])
def test_png_round_trip_is_exact(channels: int) -> None:
    image = torch.from_numpy(RNG.integers(0, 256, (channels, 7, 9))).float() / 255
    assert torch.equal(from_png(to_png(image)), image)


def test_png_rounds_to_the_nearest_of_256() -> None:
    image = torch.tensor([[[0.4 / 255, 0.6 / 255, 99.51 / 255, 1.0]]])
    assert (from_png(to_png(image)) * 255).flatten().tolist() == [0, 1, 100, 255]


@pytest.mark.parametrize("bad", [torch.full((3, 2, 2), 1.1), torch.full((3, 2, 2), torch.nan), torch.zeros(2, 2)])
def test_png_of_no_image(bad: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="expected an image"):
        to_png(bad)


BROKEN: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: encoded(Image.fromarray(COLOUR), "JPEG"),
    "alpha": lambda: encoded(Image.fromarray(COLOUR).convert("RGBA"), "PNG"),
    "cut": lambda: PNG[:100],
    "empty": lambda: b"",
    "bomb": lambda: bomb(50_000, 50_000),
}


@pytest.mark.parametrize("case", BROKEN)
def test_from_png_refuses(case: str) -> None:
    with pytest.raises(ValueError, match="not a readable"):
        from_png(BROKEN[case]())
