"""Pictures in one folder per class, on disk and as a .zip: what is read, how it is split, and what is turned away."""

import io
import os
import random
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data import own as own_data
from core.data.by_name import data_facts, load_data
from core.data.formats import picture_sources
from core.data.formats.picture_folder import read_folder
from core.untrusted.bounded_zip import BoundedZip
from tests.core.data.made import refusals


def picture(shade: int, size: tuple[int, int] = (20, 16), mode: str = "L", form: str = "PNG") -> bytes:
    """(width, height)."""
    out = io.BytesIO()
    Image.new(mode, size, shade if mode in ("L", "I;16") else (shade, 0, 0)).save(out, form)
    return out.getvalue()


def lay(place: Path, files: dict[str, bytes]) -> Path:
    for name, raw in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(raw)
    return place


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, raw in files.items():
            made.writestr(name, raw)
    return out.getvalue()


SPLIT = {
    "train/well/a.png": picture(10), "train/well/b.png": picture(11), "train/ill/c.png": picture(200),
    "test/well/d.png": picture(12), "test/ill/e.png": picture(201),
}  # fmt: skip
FLAT = {f"{name}/{n:02}.png": picture(100 * (name == "b") + n) for name in "ab" for n in range(10)}


def test_train_and_test_folders(tmp_path: Path) -> None:
    name = str(lay(tmp_path / "x", SPLIT))
    train, test = load_data(name, "train"), load_data(name, "test")
    assert train.classes == test.classes == ("ill", "well")
    assert train.images.shape == (3, 1, 16, 20)
    assert train.labels.tolist() == [0, 1, 1]
    assert train.images[:, 0, 0, 0].tolist() == [200, 10, 11]
    assert test.images[:, 0, 0, 0].tolist() == [201, 12]
    assert train.notes == ()


def test_val_stands_in_for_test_but_not_beside_it(tmp_path: Path) -> None:
    val = {name.replace("test/", "val/"): raw for name, raw in SPLIT.items()}
    assert len(load_data(str(lay(tmp_path / "x", val)), "test")) == 2
    both = SPLIT | {"val/ill/f.png": picture(1)}
    assert len(load_data(str(lay(tmp_path / "y", both)), "test")) == 2
    assert len(load_data(str(tmp_path / "y"), "train")) == 3


def test_class_folders_alone_are_split_80_to_20_always_alike(tmp_path: Path) -> None:
    name = str(lay(tmp_path / "x", FLAT))
    train, test = load_data(name, "train"), load_data(name, "test")
    assert (train.labels.bincount().tolist(), test.labels.bincount().tolist()) == ([8, 8], [2, 2])
    shades = sorted(train.images[:, 0, 0, 0].tolist() + test.images[:, 0, 0, 0].tolist())
    assert shades == [*range(10), *range(100, 110)]
    copy = load_data(str(lay(tmp_path / "again", dict(reversed(FLAT.items())))), "test")
    assert copy.images.equal(test.images)
    facts = data_facts(name)
    assert facts is not None
    assert facts.per_class == {"train": (8, 8), "test": (2, 2)}
    alone = {f"train/{name}": raw for name, raw in FLAT.items()}
    assert load_data(str(lay(tmp_path / "alone", alone)), "test").images.equal(test.images)


def test_a_folder_around_everything_and_hidden_files_do_not_matter(tmp_path: Path) -> None:
    noise = {
        "data/.DS_Store": b"x",
        "__MACOSX/data/a/._00.png": b"x",
        "data/a/Thumbs.db": b"x",
        "data/README.txt": b"x",
    }
    around = {f"data/{name}": raw for name, raw in FLAT.items()} | noise
    found = load_data(str(lay(tmp_path / "x", around)), "train")
    assert found.images.equal(load_data(str(lay(tmp_path / "y", FLAT)), "train").images)
    assert found.notes == ()


def test_the_size_most_pictures_have_or_the_one_asked_for(tmp_path: Path) -> None:
    files = FLAT | {"a/wide.png": picture(50, (40, 16)), "b/wide.png": picture(50, (40, 16))}
    place = lay(tmp_path / "x", files)
    assert load_data(str(place), "train").images.shape[1:] == (1, 16, 20)
    assert load_data(str(place), "train", size=(3, 8, 8)).images.shape[1:] == (3, 8, 8)
    lay(place, {"a/colour.png": picture(9, mode="RGB")})
    assert load_data(str(place), "train").images.shape[1:] == (3, 16, 20)
    with pytest.raises(ValueError, match="sides of 1 to 1024"):
        load_data(str(place), "train", size=(1, 5000, 5000))


def test_the_shorter_side_is_scaled_and_the_centre_cut_out(tmp_path: Path) -> None:
    """A black picture 60 x 20 with a white middle third: a square of it is all white, at any size."""
    pixels = np.zeros((20, 60), np.uint8)
    pixels[:, 20:40] = 255
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    place = lay(tmp_path / "x", {"a/x.png": out.getvalue(), "b/x.png": out.getvalue()})
    for side in (20, 10):
        found = read_folder(place, "train", size=(1, side, side)).images
        assert found[..., 1:-1].min() == 255
        assert found.min() > 200


def test_other_formats_depths_and_turned_pictures(tmp_path: Path) -> None:
    turned = Image.new("L", (16, 20), 77)
    exif = turned.getexif()
    exif[0x0112] = 6
    out = io.BytesIO()
    turned.save(out, "JPEG", exif=exif, quality=95)
    files = {
        "a/x.jpg": out.getvalue(),
        "a/y.tif": picture(5, mode="I;16", form="TIFF"),
        "b/z.bmp": picture(9, form="BMP"),
    }
    assert load_data(str(lay(tmp_path / "x", files)), "train").images.shape == (2, 1, 16, 20)
    upright = lay(tmp_path / "y", {"a/x.jpg": out.getvalue(), "b/x.jpg": out.getvalue()})
    assert load_data(str(upright), "train").images.shape == (2, 1, 16, 20)


def test_unreadable_files_are_skipped_and_counted(tmp_path: Path) -> None:
    place = lay(tmp_path / "x", SPLIT | {"train/ill/broken.png": b"\x89PNG", "train/well/notes.txt": b"hello"})
    found = load_data(str(place), "train")
    assert len(found) == 3
    assert found.notes == (
        "1 of 4 train files could not be read and were left out.",
        "Files that are no pictures were left out: 1 .txt.",
    )
    assert load_data(str(place), "test").notes == found.notes[1:]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "pictures in no class folders"),
        ({"a.png": picture(1), "b.png": picture(2)}, "pictures in no class folders"),
        ({"one/a.png": picture(1), "one/b.png": picture(2)}, "1 class folder .one.;"),
        ({"a/x.png": b"x", "b/y.png": b"y"}, "no picture that can be read"),
        ({"a/x.png": picture(1), "b/y.png": b"y"}, "one class only"),
        (SPLIT | {"test/well/d.png": b"", "test/ill/e.png": b""}, "no test picture"),
    ],
)  # fmt: skip
def test_nothing_to_use_is_a_sentence(files: dict[str, bytes], sentence: str, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    place = str(lay(tmp_path / "x", files))
    with pytest.raises(ValueError, match=sentence) as caught:
        for split in ("train", "test"):
            load_data(place, split)  # type: ignore[arg-type]
    assert len(str(caught.value).splitlines()) == 1


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = lay(tmp_path / "outside", {"secret.png": picture(222)})
    place = lay(tmp_path / "x", FLAT)
    (place / "a" / "link.png").symlink_to(outside / "secret.png")
    (place / "c").symlink_to(outside)
    os.mkfifo(place / "a" / "pipe.png")
    found = load_data(str(place), "train")
    assert found.classes == ("a", "b")
    assert 222 not in found.images


def test_a_zip_gives_what_its_folder_gives(tmp_path: Path, home: Path) -> None:
    key, notes = own_data.install(io.BytesIO(packed(FLAT | {"b/zz.png": b"no"})), "shades", called="shades.zip")
    assert key == "own:shades"
    assert len(notes) == 1
    assert "1 of" in notes[0]
    lay(tmp_path / "x", FLAT | {"b/zz.png": b"no"})
    for split in ("train", "test"):
        mine, folders = load_data(key, split), load_data(str(tmp_path / "x"), split)  # type: ignore[arg-type]
        assert mine.images.equal(folders.images)
        assert mine.labels.equal(folders.labels)
        assert mine.classes == folders.classes
    assert sorted(path.name for path in (home / "data" / "own").iterdir()) == ["shades.npz"]


def test_a_zip_brought_to_a_size(home: Path) -> None:
    key, _ = own_data.install(io.BytesIO(packed(SPLIT)), "scans", size=(3, 32, 32))
    assert load_data(key, "test").images.shape == (2, 3, 32, 32)


def test_a_zip_from_windows(home: Path) -> None:
    """Backslashes between folders and a colon in a name are read as what they are."""
    backslashes = {f"set\\grade:{name[0]}\\{name[2:]}": raw for name, raw in FLAT.items()}
    key, notes = own_data.install(io.BytesIO(renamed(backslashes)), "windows")
    assert load_data(key, "test").classes == ("grade:a", "grade:b")
    assert notes == ()


def renamed(files: dict[str, bytes]) -> bytes:
    """A .zip with these names as they are: zipfile would replace backslashes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, raw in files.items():
            info = zipfile.ZipInfo("x")
            info.filename = name
            made.writestr(info, raw)
    return out.getvalue()


def encrypted() -> bytes:
    """A .zip whose members say that they have a password."""
    raw = bytearray(packed(FLAT))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        begin = raw.find(sign)
        while begin >= 0:
            raw[begin + place] |= 1
            begin = raw.find(sign, begin + 4)
    return bytes(raw)


def linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, raw in FLAT.items():
            made.writestr(name, raw)
        link = zipfile.ZipInfo("a/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (packed(FLAT | {"../../evil.png": picture(1)}), "points out of its folder"),
        (packed(FLAT | {"/etc/evil.png": picture(1)}), "points out of its folder"),
        (packed(FLAT | {"C:/evil.png": picture(1)}), "points out of its folder"),
        (packed(FLAT | {"a\\..\\..\\evil.png": picture(1)}), "points out of its folder"),
        (linked(), "holds links"),
        (encrypted(), "is encrypted"),
        (packed({"a b/x.png": picture(1), "a  b/x.png": picture(2)}), "two classes of the same name"),
        (packed({"/".join("abcdefghijklmnopqr"): b""}), "more than 16 deep"),
        (packed({"inner.zip": packed(FLAT)}), "it holds inner.zip"),
        (packed(FLAT, zipfile.ZIP_BZIP2), "rare way"),
        (packed(FLAT, zipfile.ZIP_LZMA), "rare way"),
        (packed({}), "no class folders"),
        (b"not a zip", "neither an .npz file nor a .zip"),
        (b"", "neither an .npz file nor a .zip"),
    ],
)  # fmt: skip
def test_zips_that_are_turned_away(raw: bytes, sentence: str, home: Path) -> None:
    with pytest.raises(ValueError, match=sentence):
        own_data.install(io.BytesIO(raw), "x", called="x.zip")
    assert not own_data.names()
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_zip_bombs_are_bounded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(picture_sources, "MOST_UNPACKED", 10_000)
        with pytest.raises(ValueError, match="holds more than"):
            own_data.install(io.BytesIO(packed({"a/x.png": bytes(9000), "b/x.png": bytes(2000)})), "x")
    with monkeypatch.context() as patch:
        patch.setattr(picture_sources, "MOST_FILES", 3)
        with pytest.raises(ValueError, match="more than 3 files"):
            own_data.install(io.BytesIO(packed({f"a/{n}": b"" for n in range(4)})), "x")
    monkeypatch.setattr("core.data.formats.picture_folder.MOST_VALUES", 1000)
    with pytest.raises(ValueError, match="choose a smaller size"):
        own_data.install(io.BytesIO(packed(FLAT)), "x")


def test_a_file_larger_than_a_picture_may_be_is_never_unpacked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_sources, "MOST_BYTES", 5000)
    read: list[str] = []
    original = BoundedZip.open
    monkeypatch.setattr(BoundedZip, "open", lambda self, name: (read.append(name), original(self, name))[1])
    _, notes = own_data.install(io.BytesIO(packed(FLAT | {"a/bomb.png": bytes(6000)})), "x")
    assert [note[:4] for note in notes] == ["1 of"]
    assert "a/bomb.png" not in read
    assert "a/00.png" in read


def test_damaged_zips_are_read_or_refused(home: Path) -> None:
    assert len(refusals(packed(SPLIT), home / "laid.zip", random.Random(9), 300)) > 50
    assert not list((home / "data" / "own").iterdir())
