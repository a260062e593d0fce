"""Gathering pictures: kept by content, each file once, and a sentence for all that cannot be used."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.base.errors import Unreadable
from core.batch import gather as gathering
from core.batch.collection import Collection, Item, keep, kept
from core.batch.gather import Gathering, gather_path, loose, zip_entries
from core.images.uploads import uploaded
from tests.core.batch.made import BROKEN, digits, zipped
from tests.core.images.made_dicom import dicom


def quiet(_done: int, _total: int) -> None:
    pass


def test_a_folder_and_its_zip_give_the_same_collection(home: Path, tmp_path: Path) -> None:
    folder = digits(tmp_path / "digits")
    told: list[tuple[int, int]] = []
    found = gather_path(folder, lambda done, total: told.append((done, total)))
    assert gather_path(zipped(folder, tmp_path / "digits.zip"), quiet) == found
    assert told == [(place, 5) for place in range(1, 6)]
    assert found.pictures == 3
    assert sorted(each.folder for each in found.items if each.image) == sorted(
        path.name for path in folder.iterdir() if path.is_dir()
    )
    (broken,) = [each for each in found.items if not each.image]
    assert broken.name == "broken.png"
    assert "broken.png is not a picture that can be read" in broken.reason
    assert found.notes == ("1 other file (labels.csv) left out: not pictures.",)
    name = keep(found)
    assert kept(name) == found
    assert keep(found) == name, "by content"
    for path in folder.rglob("*.png"):
        path.unlink()
    assert all(uploaded(each.image).pixels.shape == (28, 28, 3) for each in found.items if each.image)


def test_the_same_picture_counts_once_also_where_it_is_added_later(home: Path) -> None:
    raw = next(path for path in sorted(digits(home / "d", 1, broken=False).rglob("*.png"))).read_bytes()
    first = Gathering()
    for name in ("a.png", "b.png"):
        first.add(loose(raw, name))
    found = first.collection()
    assert [bool(each.image) for each in found.items] == [True, False]
    assert "the same picture as a.png" in found.items[1].reason
    assert found.joined(found).pictures == 1


def test_of_a_dicom_file_neither_name_nor_folder_is_kept(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scans" / "Doe Jane"
    folder.mkdir(parents=True)
    (folder / "DOE_JANE.dcm").write_bytes(dicom(np.arange(64 * 64, dtype=np.uint16).reshape(1, 64, 64)))
    (folder / "DOE_JOHN.dcm").write_bytes(dicom(np.zeros((1, 8, 8), np.uint16))[:300])
    burned = dicom(np.arange(64, dtype=np.uint16).reshape(1, 8, 8), BurnedInAnnotation="YES")
    (folder / "DOE_JIM.dcm").write_bytes(burned)
    (folder / "other.png").write_bytes(BROKEN)
    found = gather_path(tmp_path / "scans", quiet)
    assert found.pictures == 1
    name = keep(found)
    written = b"".join(path.read_bytes() for path in (home / "collections").iterdir())
    assert b"DOE" not in written
    assert written.count(b"Doe") == 1, "the folder of the picture that is no DICOM file"
    assert len(kept(name).items) == 4
    assert sum(each.name.startswith("DICOM picture ") and bool(each.reason) for each in found.items) == 2


@pytest.mark.parametrize("packing", ["folder", "zip"])
def test_a_dicom_file_that_is_not_read_gives_no_name_away(home: Path, tmp_path: Path, packing: str) -> None:
    folder = tmp_path / "scans"
    (folder / "Doe Jane").mkdir(parents=True)
    whole = dicom(np.arange(64 * 64, dtype=np.uint16).reshape(1, 64, 64))
    large = whole + bytes(26 * 10**6)
    (folder / "Doe Jane" / "DOE_LARGE.dcm").write_bytes(large)
    (folder / "Doe Jane" / "DOE_LARGE_TOO").write_bytes(large)  # by its head
    (folder / "Doe Jane" / "DOE_BARE.DICOM").write_bytes(whole[132:])  # no preamble
    (folder / "Doe Jane" / "DOE_EMPTY.dcm").write_bytes(b"")
    (folder / "Doe Jane" / "DOE_OTHER").write_bytes(whole[132:])
    (folder / "Doe Jane" / "DOE_REPORT.txt").write_bytes(b"x")
    (folder / "Doe Jane" / "DOE.dcm.gz").write_bytes(b"x")
    digits(folder / "digits", 1, broken=False)
    found = gather_path(folder if packing == "folder" else zipped(folder, tmp_path / "scans.zip"), quiet)
    assert found.pictures == 2, "the digit, and that of both files without a preamble"
    keep(found)
    written = b"".join(path.read_bytes() for each in ("collections", "uploads") for path in (home / each).iterdir())
    assert b"doe" not in written.lower()
    assert sorted(each.name for each in found.items if "larger than 25 MB" in each.reason) == [
        "DICOM file 3", "DICOM file 4"]  # fmt: skip
    assert all(each.folder == "" for each in found.items if each.name.startswith("DICOM"))
    assert found.notes == ("2 other files left out: not pictures.",)
    work = Gathering()
    for name in ("labels.csv", "DOE_OTHER", "DOE.dcm.gz"):
        work.add(loose(b"x", name))
    assert work.collection().notes == ("3 other files (labels.csv and others) left out: not pictures.",)


def hostile(name: str) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"x")
    return out


@pytest.mark.parametrize("name", ["../out.png", "/etc/out.png", "C:\\out.png"])
def test_a_zip_that_points_out_of_itself_is_refused(home: Path, name: str) -> None:
    with pytest.raises(Unreadable, match="points out of its folder"):
        zip_entries(hostile(name), "x.zip")


def test_a_bomb_too_many_and_what_is_no_zip_are_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreadable, match=r"x.zip is no ZIP that can be read"):
        zip_entries(io.BytesIO(b"PK\x03\x04rubbish"), "x.zip")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.png", bytes(26 * 10**6))
    work = Gathering()
    for entry in zip_entries(bomb, "x.zip"):
        work.add(entry)
    assert "big.png is larger than 25 MB" in work.items[0].reason
    monkeypatch.setattr(gathering, "MOST", 2)
    for number in range(2):
        work.items[:] = [Item("", "x", reason="y")] * number
        work.add(loose(BROKEN, "a.png"))
    with pytest.raises(Unreadable, match="more than 2 pictures"):
        work.add(loose(BROKEN, "b.png"))
    monkeypatch.setattr(gathering, "MOST_TOGETHER", 5)
    with pytest.raises(Unreadable, match="take fewer or smaller"):
        Gathering().add(loose(BROKEN, "a.png"))


def test_nothing_to_use_is_a_sentence(home: Path, tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(BROKEN)
    with pytest.raises(Unreadable, match="holds no picture that can be used: x.png is not a picture"):
        gather_path(tmp_path / "x.png", quiet)
    with pytest.raises(ValueError, match="there is no folder and no file"):
        gather_path(tmp_path / "nowhere", quiet)


@pytest.mark.parametrize(
    "content",
    ['{"items": 3, "notes": []}', '{"items": [{"image": "../x", "name": "a"}], "notes": []}', "{",
     '{"items": [{"image": "", "name": "a"}], "notes": []}', '{"items": [{"hat": "x"}], "notes": []}'],
)  # fmt: skip
def test_a_damaged_or_absent_collection_is_a_sentence(home: Path, content: str) -> None:
    name = keep(Collection((Item("", "a", reason="because"),)))
    (home / "collections" / f"{name[4:]}.json").write_text(content)
    with pytest.raises(ValueError, match="list of pictures"):
        kept(name)
    with pytest.raises(ValueError, match="no longer here"):
        kept("set/" + "0" * 16)
    with pytest.raises(ValueError, match="no collection"):
        kept("set/../../x")
    assert json.dumps(content)
