"""Saving, finding, editing, deleting, restoring and purging cases; what is loaded equals what was saved."""

import json
import os
import time
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import torch

from core.casebook.answers import ExpertAnswer, add_answer, answers_of
from core.casebook.archives.export import zipped
from core.casebook.casebook import Casebook
from core.casebook.facts import defended, suggested_title
from core.casebook.records import CaseFilter, ChangedMeanwhile
from core.compare.comparison import SIDES, Comparison, Side
from core.study.prediction import Prediction
from core.study.study import Study


def saved(casebook: Casebook, study: Study, **more: Any) -> str:
    given: dict[str, Any] = {"title": "A title", "source": "inspect"} | more
    return casebook.save(study, **given).uid


def test_a_study_is_saved_and_loaded_as_it_was(casebook: Casebook, image_case: Study) -> None:
    case = casebook.save(image_case, title=" A\ntitle ", note="Two\nlines", tags=["Chest ", "chest", "new"],
                         label="cat", source="inspect")  # fmt: skip
    assert (case.title, case.note, case.tags, case.label) == ("A title", "Two\nlines", ("Chest", "new"), "cat")
    assert (case.kind, case.revision, case.defended, case.deleted) == ("image", 1, None, None)
    assert (case.norm, case.study_id, case.classifier, case.classifier_after) == (
        "linf", image_case.case.id, "one", None)  # fmt: skip
    assert case.strength == pytest.approx(16 / 255)
    assert casebook.get(case.uid) == case == casebook.find()[0]
    found = casebook.load(case.uid)
    assert isinstance(found, Study)
    assert found.case == image_case.case
    assert found.rows == image_case.rows
    assert found.attacked is not None
    assert image_case.attacked is not None
    assert torch.equal(found.attacked.image, image_case.attacked.image)
    assert case.fooled == image_case.attacked.fooled
    assert case.answer_before == image_case.labels[image_case.attacked.before.top]
    assert (casebook.folder(case.uid) / "thumbnail.png").is_file()
    assert "thumbnail.png" not in json.loads((casebook.folder(case.uid) / "manifest.json").read_text())["files"]


def test_a_comparison_is_saved_and_loaded_though_its_models_are_unknown(
    casebook: Casebook, compared: Comparison
) -> None:
    case = casebook.save(compared, title="Both", source="compare")
    states = [study.attacked.fooled for study in compared.studies.values() if study.attacked]
    assert case.fooled == states[0]
    assert case.defended == (states[0] and not states[1])
    assert (case.kind, case.classifier, case.classifier_after) == ("comparison", "one", "two")
    found = casebook.load(case.uid)
    assert isinstance(found, Comparison)
    assert found.pair == compared.pair
    assert found.crossings["after"].reach == compared.crossings["after"].reach
    assert torch.equal(found.crossings["after"].maps["grad_cam_pp"], compared.crossings["after"].maps["grad_cam_pp"])
    assert "refinement" in suggested_title(compared)


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [("fooled", "held", True), ("fooled", "fooled", False), ("held", "held", False), ("held", "fooled", False),
     ("fooled", "flat", None), ("flat", "held", None)],
)  # fmt: skip
def test_defended(compared: Comparison, before: str, after: str, wanted: bool | None) -> None:
    studies: dict[Side, Study] = {}
    for side, state in zip(SIDES, (before, after), strict=True):
        attacked = compared.studies[side].attacked
        assert attacked is not None
        others = [1.0, 0.0, 0.0] if attacked.before.top else [0.0, 1.0, 0.0]
        answer = Prediction(tuple(others)) if state == "fooled" else attacked.before
        assert (answer.top != attacked.before.top) == (state == "fooled")
        changed = replace(attacked, after=answer, gradient=state != "flat")
        studies[side] = replace(compared.studies[side], attacked=changed)
    given = replace(compared, studies=studies)
    assert defended(given) is wanted
    assert f"{before if before != 'flat' else 'not decided'} before" in suggested_title(given)


def test_what_was_not_attacked_is_not_saved(casebook: Casebook, image_case: Study, compared: Comparison) -> None:
    for bare in (replace(image_case, attacked=None), replace(image_case, noise=None)):
        with pytest.raises(ValueError, match="is not finished yet"):
            casebook.save(bare, title="x", source="inspect")
    half = replace(compared, studies=compared.studies | {"after": replace(compared.studies["after"], attacked=None)})
    with pytest.raises(ValueError, match="is not finished yet"):
        casebook.save(half, title="x", source="compare")
    assert suggested_title(half) == ""
    assert not casebook.cases.exists()


def test_an_attack_without_gradient_neither_fooled_nor_held(casebook: Casebook, image_case: Study) -> None:
    assert image_case.attacked is not None
    attacked = replace(image_case.attacked, after=image_case.attacked.before, gradient=False)
    case = casebook.save(replace(image_case, attacked=attacked), title="x", source="inspect")
    assert case.fooled is None
    assert casebook.count(CaseFilter(fooled=False)) == casebook.count(CaseFilter(fooled=True)) == 0


def test_an_edit_that_is_based_on_an_older_revision_is_refused(casebook: Casebook, image_case: Study) -> None:
    uid = saved(casebook, image_case, tags=["b", "a"])
    first = casebook.edit(uid, 1, title="Mine", note="n", tags=["A", "c"])
    assert (first.title, first.tags, first.revision) == ("Mine", ("A", "c"), 2)
    with pytest.raises(ChangedMeanwhile) as error:
        casebook.edit(uid, 1, title="Yours", note="", tags=[])
    assert error.value.current == first == casebook.get(uid)
    assert casebook.edit(uid, 2, title="Yours", note="", tags=[]).revision == 3


def test_deleted_restored_and_purged(casebook: Casebook, image_case: Study) -> None:
    one, two = (saved(casebook, image_case, title=title) for title in ("one", "two"))
    assert casebook.delete([one, one, "../x", "0" * 16]) == 1
    assert [case.uid for case in casebook.find()] == [two]
    assert [case.uid for case in casebook.find(CaseFilter(deleted=True))] == [one]
    assert casebook.purge() == []
    assert casebook.undo([one]) == 1
    assert casebook.get(one).revision == 1
    assert casebook.undo([one]) == 0
    casebook.delete([one, two])
    add_answer(casebook, ExpertAnswer(one, "E", "open", 8, 8))
    assert set(casebook.purge(timedelta(0))) == {one, two}
    assert casebook.count() == casebook.count(CaseFilter(deleted=True)) == 0
    assert list(casebook.cases.iterdir()) == []
    assert answers_of(casebook, one) == []
    with pytest.raises(ValueError, match="there is no such case"):
        casebook.load(one)


@pytest.mark.parametrize("uid", ["", "../../etc", "0" * 16, "0" * 17, "x' OR 1=1 --", "\0"])
def test_a_name_of_no_case_is_one_sentence(casebook: Casebook, uid: str) -> None:
    for act in (casebook.get, casebook.load, lambda name: casebook.edit(name, 1, title="x", note="", tags=[])):
        with pytest.raises(ValueError, match="there is no such case"):
            act(uid)


@pytest.mark.parametrize("name", ["manifest.json", "arrays.npz", "original.png"])
def test_a_damaged_folder_is_one_sentence(casebook: Casebook, image_case: Study, name: str) -> None:
    uid = saved(casebook, image_case)
    path = casebook.folder(uid) / name
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ValueError, match=r"manifest|picture") as error:
        casebook.load(uid)
    assert "\n" not in str(error.value)
    path.unlink()
    with pytest.raises((ValueError, OSError)):
        casebook.load(uid)
    assert casebook.get(uid).title == "A title"


def test_a_later_opening_sweeps_what_belongs_to_no_case(casebook: Casebook, image_case: Study) -> None:
    uid, old = saved(casebook, image_case), time.time() - 4000
    for name in ("0" * 16, "." + "1" * 16 + ".part", "2" * 16, "mine", ".mine.part"):
        (casebook.cases / name).mkdir()
        if name[0] != "2":
            os.utime(casebook.cases / name, (old, old))
    os.utime(casebook.folder(uid), (old, old))
    Casebook.usual()
    assert {path.name for path in casebook.cases.iterdir()} == {uid, "2" * 16, "mine", ".mine.part"}
    assert [path.name for path in (casebook.path.parent / ".lost").iterdir()] == ["0" * 16]
    casebook.load(uid)


def test_cases_are_taken_along_as_one_zip(casebook: Casebook, image_case: Study, compared: Comparison) -> None:
    one = saved(casebook, image_case, title="<b>é</b>", tags=["x"])
    two = casebook.save(compared, title="pair", source="compare").uid
    add_answer(casebook, ExpertAnswer(one, "Dr. E", "blind", 8, 8, verdict="agree", comment="yes"))
    with zipfile.ZipFile(zipped(casebook, [one, two, one])) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names))
        assert {f"{one}/manifest.json", f"{two}/comparison.json", f"{two}/after/arrays.npz"} <= set(names)
        told = json.loads(archive.read("casebook.json"))["cases"]
    assert [case["title"] for case in told] == ["<b>é</b>", "pair"]
    assert told[0]["tags"] == ["x"]
    assert told[0]["answers"][0]["comment"] == "yes"
    assert told[0]["answers"][0]["relevant"] is None
