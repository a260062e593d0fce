"""Pictures from outside that are broken, hostile or no pictures: one sentence, and nothing else."""

import random
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from core.images.decode import MOST_BYTES
from core.images.picture import fit, read_picture
from core.images.reader import read
from tests.core.images.made import COLOUR, PNG, RNG, bomb, encoded, takes, tiff

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
        read(PNG, "x.png")  # in this process, where Pillow can be changed
    assert "\n" not in str(caught.value)
