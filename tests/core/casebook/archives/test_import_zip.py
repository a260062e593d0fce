"""Cases imported: the same again, once; and whatever is wrong with an archive, one sentence and nothing imported."""

import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.bundles import write
from core.casebook.answers import ExpertAnswer, add_answer, answers_of
from core.casebook.archives import import_files, import_zip, limits
from core.casebook.archives.export import zipped
from core.casebook.archives.import_zip import import_zip as bring
from core.casebook.casebook import Casebook
from core.casebook.mask_png import mask_png
from core.compare.comparison import Comparison
from core.contracts.toy_models import quadrant
from core.study.study import Study, begin
from tests.core.casebook.archives.made import Files, exported, packed, told
from tests.core.casebook.saver import small_study

HOSTILE_TITLE = "<img src=x onerror=alert(1)> ../../x \u202egpj.exe"


@pytest.fixture
def other(home: Path, tmp_path: Path) -> Casebook:
    """The casebook of another installation."""
    return Casebook(tmp_path / "elsewhere")


@pytest.fixture
def files(casebook: Casebook) -> tuple[str, Files]:
    """(uid, files) of a small case with a note, tags and an answer."""
    uid = casebook.save(small_study(), title="A", note="n", tags=["Chest"], label="c", source="batch").uid
    answer(casebook, uid)
    return uid, exported(casebook, uid)


def answer(book: Casebook, uid: str, expert: str = "Dr. E") -> ExpertAnswer:
    mask = np.zeros((8, 8), dtype=bool)
    mask[:3] = True
    return add_answer(book, ExpertAnswer(uid, expert, "blind", 8, 8, "agree", comment="<b>", relevant=mask_png(mask)))


def left(book: Casebook) -> list[str]:
    return [path.name for path in book.cases.iterdir()] if book.cases.is_dir() else []


def test_a_case_and_a_comparison_come_in_as_they_were(
    casebook: Casebook, other: Casebook, image_case: Study, compared: Comparison
) -> None:
    one = casebook.save(
        image_case, title=HOSTILE_TITLE, note="two\nlines", tags=["b", "A"], label="b", source="inspect"
    )
    two = casebook.save(compared, title="Both", source="compare")
    given = answer(casebook, one.uid)
    found = bring(other, zipped(casebook, [one.uid, two.uid]), "cases.zip")
    assert {case.uid for case in found.added} == {one.uid, two.uid}
    mine = other.get(one.uid)
    assert (mine.title, mine.note, mine.tags, mine.label) == (one.title, one.note, one.tags, one.label)
    assert (mine.created, mine.changed, mine.source, mine.revision) == (one.created, one.changed, "import", 1)
    same = set(one.to_json()) - {"source", "revision"}
    assert {name: mine.to_json()[name] for name in same} == {name: one.to_json()[name] for name in same}
    assert answers_of(other, one.uid) == [given]
    back = other.load(one.uid)
    assert isinstance(back, Study)
    assert back.rows == image_case.rows
    pair = other.load(two.uid)
    assert isinstance(pair, Comparison)
    assert pair.crossings["after"].reach == compared.crossings["after"].reach
    assert sorted(left(other)) == sorted([one.uid, two.uid])
    assert (other.folder(one.uid) / "thumbnail.png").is_file()


def test_the_same_again_is_skipped_and_an_answer_that_is_new_is_added(
    casebook: Casebook, other: Casebook, files: tuple[str, Files]
) -> None:
    uid, _ = files
    bring(other, zipped(casebook, [uid]), "cases.zip")
    late = answer(casebook, uid, "Dr. Late")
    found = bring(other, zipped(casebook, [uid]), "cases.zip")
    assert (found.added, [case.uid for case in found.known], found.answers) == ((), [uid], 1)
    assert answers_of(other, uid)[-1] == late
    assert found.sentences()[1:] == ["1 case was here already.", "1 answer was added to them."]
    other.delete([uid])
    assert "deleted here" in " ".join(bring(other, zipped(casebook, [uid]), "cases.zip").sentences())
    assert other.count() == 0


@pytest.mark.parametrize("what", ["title", "note", "tags"])
def test_another_case_of_the_same_uid_gets_a_new_one(casebook: Casebook, files: tuple[str, Files], what: str) -> None:
    uid, packed_files = files
    changed = ["x"] if what == "tags" else "x"
    found = bring(casebook, packed(told(packed_files, lambda index: index["cases"][0].update({what: changed}))), "z")
    assert found.renamed == ((uid, found.added[0].uid),)
    assert casebook.count() == 2
    assert casebook.get(uid).title == "A"
    both = [answers_of(casebook, each)[0] for each in (uid, found.added[0].uid)]
    assert both[0].uid != both[1].uid
    assert both[0].relevant == both[1].relevant
    assert casebook.load(found.added[0].uid)


def test_a_downloaded_study_comes_in_once(casebook: Casebook, image_case: Study) -> None:
    raw = write.zipped(image_case)
    found = bring(casebook, io.BytesIO(raw), "counterproof-case.zip")
    assert found.added[0].source == "import"
    assert found.added[0].title.startswith("b ") or found.added[0].title
    assert len(bring(casebook, io.BytesIO(raw), "counterproof-case.zip").known) == 1
    assert casebook.count() == 1


def change_json(files: Files, uid: str, name: str, value: Any) -> Files:
    return told(files, lambda manifest: manifest.update({name: value}), f"{uid}/manifest.json")


def without(files: Files, name: str) -> Files:
    return {each: raw for each, raw in files.items() if each != name}


def case(**changes: Any) -> Callable[[Files, str], Files]:
    return lambda files, _: told(files, lambda index: index["cases"][0].update(changes))


def said(**changes: Any) -> Callable[[Files, str], Files]:
    return lambda files, _: told(files, lambda index: index["cases"][0]["answers"][0].update(changes))


WRONG: dict[str, tuple[Callable[[Files, str], Files], str]] = {
    "a path upwards": (lambda files, _: files | {"../../evil.png": b"x"}, "not a file that belongs"),
    "a path upwards within": (lambda files, uid: files | {f"{uid}/maps/../../x.png": b"x"}, "not a file that belongs"),
    "an absolute path": (lambda files, _: files | {"/etc/passwd": b"x"}, "not a file that belongs"),
    "a path of Windows": (lambda files, uid: files | {f"{uid}\\original.png": b"x"}, "not a file that belongs"),
    "an archive within": (lambda files, uid: files | {f"{uid}/inner.zip": b"PK\3\4"}, "not a file that belongs"),
    "another page": (lambda files, uid: files | {f"{uid}/maps/a_original.svg": b"<svg>"}, "not a file that belongs"),
    "another folder": (lambda files, _: files | {"0" * 16 + "/arrays.npz": b""}, "not tell of the same cases"),
    "an unlisted picture": (lambda files, uid: files | {f"{uid}/maps/evil_original.png": b"x"}, "not among the files"),
    "other arrays": (lambda files, uid: files | {f"{uid}/arrays.npz": b"x"}, "arrays.npz is not the one"),
    "another original": (lambda files, uid: files | {f"{uid}/original.png": b"x"}, "not the picture"),
    "another picture": (lambda files, uid: files | {f"{uid}/attacked.png": b"x"}, "attacked.png is not the picture"),
    "no arrays": (lambda files, uid: without(files, f"{uid}/arrays.npz"), "arrays.npz is missing"),
    "no manifest": (lambda files, uid: without(files, f"{uid}/manifest.json"), "lacks manifest.json"),
    "a manifest of more": (lambda files, uid: change_json(files, uid, "more", 1), "not known here"),
    "a changed question": (lambda files, uid: change_json(files, uid, "case_id", "0" * 16), "one of the two"),
    "not attacked": (lambda files, uid: change_json(files, uid, "attack", None), "noise_answers"),
    "an index of more": (lambda files, _: told(files, lambda index: index.update(more=1)), "not known here"),
    "a newer index": (lambda files, _: told(files, lambda index: index.update(version=2)), "newer version"),
    "no JSON": (lambda files, _: files | {"casebook.json": b"{"}, "not readable as JSON"),
    "NaN": (lambda files, _: files | {"casebook.json": b'{"kind": NaN}'}, "not a finite number"),
    "the same case twice": (lambda files, _: told(files, lambda index: index.update(cases=2 * index["cases"])),
                            "different cases"),
    "a case of more": (case(more=1), "not known here"),
    "no title": (case(title=" \n "), "needs a title"),
    "a long title": (case(title="x" * 201), "at most 200"),
    "a title that is none": (case(title=["x"]), "not text"),
    "a long note": (case(note="x" * 20_001), "not text"),
    "many tags": (case(tags=[str(each) for each in range(21)]), "list of 0 to 20"),
    "a uid upwards": (case(uid="../../../../etc"), "not text"),
    "another uid": (case(uid="0" * 16), "not the uid of its case"),
    "another study": (case(study_id="0" * 16), "another study"),
    "another kind": (case(kind="comparison"), "lacks comparison.json"),
    "no moment": (case(created="yesterday"), "not a moment"),
    "a moment without zone": (case(created="2026-01-01T00:00:00"), "with its zone"),
    "an odd verdict": (said(verdict="maybe"), "verdict"),
    "an answer of more": (said(more=1), "not known here"),
    "an expert without name": (said(expert=""), "needs the name"),
    "an answer to another": (said(case_uid="0" * 16), "not the uid of its case"),
    "a mask elsewhere": (said(relevant="/etc/passwd"), "not the name of the picture"),
    "a mask of another size": (said(height=9), "no picture of 8 x 9"),
    "a mask cut short": (lambda files, _: {name: raw[:40] if "relevant" in name else raw
                                           for name, raw in files.items()}, "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_one_sentence_and_nothing_comes_in(
    other: Casebook, files: tuple[str, Files], wrong: str
) -> None:
    uid, sound = files
    change, sentence = WRONG[wrong]
    refused(other, packed(change(sound, uid)), sentence)


def refused(book: Casebook, archive: io.BytesIO, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as error:
        bring(book, archive, "cases.zip")
    assert "\n" not in str(error.value)
    assert not str(error.value).endswith(".")
    assert (book.count(), left(book)) == (0, [])


def test_one_bad_case_of_two_keeps_both_out(casebook: Casebook, other: Casebook, files: tuple[str, Files]) -> None:
    uids = [files[0], casebook.save(small_study(), title="B", source="batch").uid]
    for bad in uids:
        sound = exported(casebook, *uids)
        refused(other, packed(sound | {f"{bad}/arrays.npz": b"x"}), "arrays.npz is not the one")


def test_a_failure_at_the_very_end_leaves_nothing(
    casebook: Casebook, other: Casebook, files: tuple[str, Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.casebook.archives import import_rows

    uids = [files[0], casebook.save(small_study(), title="B", source="batch").uid]
    real, calls = import_rows.put, list[str]()

    def second_fails(part: Path, cases: Path, uid: str) -> None:
        calls.append(uid)
        if len(calls) == 2:
            raise OSError("the disk is full")
        real(part, cases, uid)

    monkeypatch.setattr(import_rows, "put", second_fails)
    with pytest.raises(OSError, match="disk is full"):
        bring(other, zipped(casebook, uids), "cases.zip")
    assert (other.count(), left(other)) == (0, [])


def test_links_twins_bombs_and_what_is_no_archive(
    other: Casebook, files: tuple[str, Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    uid, sound = files
    linked = packed(sound)
    with zipfile.ZipFile(linked, "a") as archive:
        info = zipfile.ZipInfo(f"{uid}/maps/x_original.png")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    refused(other, linked, "is a link")
    twins = packed(sound)
    with zipfile.ZipFile(twins, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("casebook.json", json.dumps({}))
    refused(other, twins, "two files of the same name")
    refused(other, io.BytesIO(b"no archive"), "can be read")
    refused(other, packed({}), "holds no cases")
    refused(
        other, io.BytesIO(write.zipped(begin(small_study().case, quadrant(8), torch.zeros(3, 8, 8)))), "not finished"
    )
    empty = told(sound, lambda index: index["cases"][0].update(answers=[]))
    refused(other, packed({"casebook.json": empty["casebook.json"]}), "not tell of the same cases")
    refused(other, packed({"readme.txt": b"x"}), "not a file that belongs")
    monkeypatch.setattr(import_zip, "MOST_FILES", 3)
    refused(other, packed(sound), "holds more than 3 files")
    monkeypatch.undo()
    monkeypatch.setattr(import_files, "MOST_BYTES", 1000)
    refused(other, packed(sound), "unpacks to more than")
    monkeypatch.undo()
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{uid}/original.png", bytes(limits.LARGEST_PICTURE + 1))
    refused(other, bomb, "far larger than such a file can be")
