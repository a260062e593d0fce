"""What is exported can be brought in again, any number of times, also after what is here was edited."""

import numpy as np
import pytest

from core.casebook.answers import ExpertAnswer, add_answer, answers_of
from core.casebook.archives import export, import_files, import_zip, limits
from core.casebook.archives.export import zipped
from core.casebook.archives.import_zip import import_zip as bring
from core.casebook.casebook import Casebook
from core.casebook.mask_png import mask_png
from tests.core.casebook.archives.made import exported, packed
from tests.core.casebook.saver import small_study

MASK = mask_png(np.ones((8, 8), dtype=bool))


@pytest.fixture
def uid(casebook: Casebook) -> str:
    """A case with two answers, one of which marks something."""
    made = casebook.save(small_study(), title="A", note="n", tags=["Chest"], label="c", source="batch").uid
    for mask in (MASK, None):
        add_answer(casebook, ExpertAnswer(made, "Dr. E", "blind", 8, 8, "agree", "left", "left", relevant=mask))
    return made


def test_the_same_archive_again_after_an_edit_adds_the_case_once(casebook: Casebook, uid: str) -> None:
    files = exported(casebook, uid)
    casebook.edit(uid, 1, title="Edited", note="mine", tags=[])
    first = bring(casebook, packed(files), "cases.zip")
    assert [before for before, _ in first.renamed] == [uid]
    copy = first.added[0].uid
    for _ in range(2):
        again = bring(casebook, packed(files), "cases.zip")
        assert (again.added, [case.uid for case in again.known], again.answers) == ((), [copy], 0)
    assert casebook.count() == 2
    assert len(answers_of(casebook, copy)) == len(answers_of(casebook, uid)) == 2
    assert casebook.get(uid).title == "Edited"


@pytest.mark.parametrize(
    ("limit", "most", "said"),
    [("MOST_CASES", 1, "at most 1 cases, and these would be 2"), ("MOST_ANSWERS", 1, "at most 1 answers to one case"),
     ("MOST_FILES", 9, "at most 9 files"), ("MOST_BYTES", 9_999, "at most 9,999 bytes"),
     ("LARGEST_INDEX", 99, "at most 99 bytes in casebook.json")],
)  # fmt: skip
def test_more_than_comes_in_again_is_not_written(
    casebook: Casebook, uid: str, monkeypatch: pytest.MonkeyPatch, limit: str, most: int, said: str
) -> None:
    uids = [uid, casebook.save(small_study(), title="B", source="batch").uid]
    monkeypatch.setattr(export, limit, most)
    with pytest.raises(ValueError, match=said) as error:
        zipped(casebook, uids)
    assert "\n" not in str(error.value)


def test_a_file_too_large_to_come_in_again_is_not_written(
    casebook: Casebook, uid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = (casebook.folder(uid) / "original.png").stat().st_size
    monkeypatch.setattr(limits, "LARGEST_PICTURE", most)
    monkeypatch.setattr(limits, "LARGEST_ARRAYS", 1)
    with pytest.raises(ValueError, match=rf"arrays.npz of case {uid} is larger than can be imported again"):
        zipped(casebook, [uid])


@pytest.mark.parametrize("limit", ["MOST_FILES", "MOST_BYTES"])
def test_as_much_as_is_written_comes_in(
    casebook: Casebook, uid: str, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    files = exported(casebook, uid)
    module = import_zip if limit == "MOST_FILES" else import_files
    assert getattr(module, limit) == getattr(export, limit) == getattr(limits, limit)
    most = len(files) if limit == "MOST_FILES" else sum(map(len, files.values()))
    for each in (module, export):
        monkeypatch.setattr(each, limit, most)
    assert bring(casebook, zipped(casebook, [uid]), "cases.zip").known
    monkeypatch.setattr(export, limit, most - 1)
    with pytest.raises(ValueError, match="an archive holds at most"):
        zipped(casebook, [uid])
