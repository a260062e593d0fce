"""A database that is lost, or replaced by an older copy, costs no case its folder; imports keep what they unpack."""

import os
import shutil
import time
from pathlib import Path

import pytest

from app.ui import cached
from core.casebook.archives import import_zip
from core.casebook.archives.import_rows import bring_in
from core.casebook.casebook import Casebook
from core.casebook.places import hidden
from tests.core.casebook.archives.made import exported, packed
from tests.core.casebook.saver import small_study


def age(*folders: Path) -> None:
    old = time.time() - 4000
    for folder in folders:
        os.utime(folder, (old, old))


def save(book: Casebook, title: str) -> str:
    uid = book.save(small_study(), title=title, source="batch").uid
    age(book.folder(uid))
    return uid


@pytest.mark.parametrize("how", ["moved away", "emptied"])
def test_a_database_made_anew_leaves_the_folders_of_cases(casebook: Casebook, tmp_path: Path, how: str) -> None:
    uid = save(casebook, "A")
    kept = shutil.copy(casebook.path, tmp_path / "kept.sqlite")
    for beside in casebook.path.parent.glob(f"{casebook.path.name}-*"):
        beside.unlink()
    if how == "emptied":
        casebook.path.write_bytes(b"")
    else:
        casebook.path.unlink()
    for _ in range(2):
        assert cached.casebook().count() == Casebook.usual().count() == 0
    assert [path.name for path in casebook.cases.iterdir()] == [uid]
    shutil.copy(kept, casebook.path)
    assert Casebook.usual().load(uid)


def test_an_older_copy_puts_newer_cases_aside_and_a_newer_one_brings_them_back(
    casebook: Casebook, tmp_path: Path
) -> None:
    older, before = save(casebook, "A"), shutil.copy(casebook.path, tmp_path / "older.sqlite")
    newer, now = save(casebook, "B"), shutil.copy(casebook.path, tmp_path / "newer.sqlite")
    lost = casebook.path.parent / ".lost"
    shutil.copy(before, casebook.path)
    assert [case.uid for case in Casebook.usual().find()] == [older]
    assert [path.name for path in lost.iterdir()] == [newer]
    assert (lost / newer / "manifest.json").is_file()
    shutil.copy(now, casebook.path)
    again = Casebook.usual()
    assert all(again.load(case.uid) for case in again.find())
    assert again.count() == 2
    assert list(lost.iterdir()) == []


def test_a_long_import_keeps_its_parts_while_the_casebook_is_opened(
    casebook: Casebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = packed(exported(casebook, save(casebook, "A"), save(casebook, "B")))
    other = Casebook(tmp_path / "elsewhere")
    left = other.cases / hidden("1" * 16)

    def opened_meanwhile(book: Casebook, coming: list[import_zip.Coming]) -> import_zip.Imported:
        left.mkdir()
        age(left, *(each.part for each in coming))
        Casebook(tmp_path / "elsewhere")
        return bring_in(book, coming)

    monkeypatch.setattr(import_zip, "bring_in", opened_meanwhile)
    assert len(import_zip.import_zip(other, archive, "cases.zip").added) == 2
    assert all(other.load(case.uid) for case in other.find())
    assert left.is_dir()
    Casebook(tmp_path / "elsewhere")
    assert not left.exists(), "once nothing is brought in, what a killed save has left goes"
