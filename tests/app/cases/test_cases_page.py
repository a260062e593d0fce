"""The page Cases: empty, found, filtered, edited, a conflict, deleted and restored, damaged; opened on its own page."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.ui import cached, cached_pictures
from core.attacks.fgsm import FGSM
from core.base.paths import ROOT
from core.casebook.answers import ExpertAnswer, add_answer
from core.casebook.casebook import Casebook
from core.casebook.records import CaseFilter
from core.catalog import load_classifier
from core.compare.comparison import Comparison, Pair
from core.compare.one_image import compare
from core.explainers.grad_cam_pp import GradCAMPP
from core.images.picture import fit
from core.images.samples import stored_picture
from tests.app.pages import button, opened, texts, visited

CASES = str(ROOT / "pages" / "cases.py")
MODEL, IMAGE = "mnist_cnn:standard", "mnist/0003"


@pytest.fixture(scope="module")
def compared() -> Comparison:
    model = load_classifier(MODEL)
    pair = Pair(IMAGE, MODEL, "mnist_cnn:pgd_adversarial", FGSM(eps=60 / 255), (GradCAMPP(),), controls=1)
    return compare(pair, model, load_classifier(pair.after), fit(stored_picture(IMAGE), model), label=0)


@pytest.fixture
def book(home: Path) -> Casebook:
    cached_pictures.case_thumbnail.clear()
    return Casebook.usual()


def image_case(book: Casebook, compared: Comparison, title: str = "A zero", **more: Any) -> str:
    return book.save(compared.studies["before"], title=title, label="digit 0", source="inspect", **more).uid


def field(app: AppTest, uid: str, name: str) -> Any:
    kinds = {"title": app.text_input, "note": app.text_area, "tags": app.multiselect}
    return next(each for each in kinds[name] if each.key and each.key.startswith(f"widget:case {uid} {name}"))


def test_no_cases_yet(home: Path) -> None:
    assert "There are no cases yet" in texts(visited(CASES))


def test_a_case_is_shown_with_its_verdict_note_and_answers(book: Casebook, compared: Comparison) -> None:
    uid = image_case(book, compared, "<script>alert(1)</script> *x*", note="# A note", tags=["Chest"])
    add_answer(book, ExpertAnswer(uid, "Dr. <b>E</b>", "blind", 28, 28, "disagree", "left", "right", "It is an *o*."))
    app = opened(CASES, case=uid)
    said = texts(app)
    assert "1 of 1 case" in said
    assert "Before: digit 0" in said
    assert "Where the model looked (1 map)" in " ".join(each.label for each in app.expander)
    assert "took the left image for the attacked one, which was the right one" in said
    assert "<b>E</b>" in said.replace("\\", "")
    assert "\\<script\\>" in app.subheader[0].value
    assert field(app, uid, "note").value == "# A note"
    assert not app.error


def test_a_comparison_is_shown(book: Casebook, compared: Comparison) -> None:
    uid = book.save(compared, title="Both", label="digit 0", source="compare").uid
    app = opened(CASES, case=uid)
    assert "After refinement:" in texts(app)
    assert "Shown the image made for the other model" in texts(app)
    assert button(app, "Open in Compare")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"cases.text": "zero"}, 2), ({"cases.text": "FIRST zero"}, 1), ({"cases.text": "%"}, 0),
        ({"cases.kind": "comparison"}, 1), ({"cases.tag": "chest"}, 1), ({"cases.label": "digit 0"}, 3),
        ({"cases.attack": "pgd"}, 0), ({"cases.attack": "<b>"}, 0), ({"cases.outcome": "fooled"}, 3),
        ({"cases.outcome": "odd"}, 3), ({"cases.model": "mnist_cnn:pgd_adversarial"}, 1), ({"cases.page": "99"}, 3),
    ],
)  # fmt: skip
def test_a_link_with_filters(book: Casebook, compared: Comparison, query: dict[str, str], shown: int) -> None:
    image_case(book, compared, "First zero", tags=["Chest"])
    image_case(book, compared, "Second zero")
    book.save(compared, title="Both", label="digit 0", source="compare")
    app = opened(CASES, **query)
    assert f"{shown} of 3 cases" in texts(app)
    button(app, "Show all").click() if not button(app, "Show all").disabled else None
    assert "3 of 3 cases" in texts(app.run())


def test_an_edit_is_saved_and_what_is_typed_survives_another_page(book: Casebook, compared: Comparison) -> None:
    uid = image_case(book, compared)
    app = visited(CASES, case=uid)
    field(app, uid, "title").set_value("Typed").run()
    assert "Not saved yet" in texts(app)
    app.switch_page(str(ROOT / "pages" / "runs.py")).run()
    app.switch_page(CASES).run()
    assert field(app, uid, "title").value == "Typed"
    assert book.get(uid).title == "A zero"
    field(app, uid, "note").set_value("One\ntwo").run()
    button(app, "Save").click().run()
    assert (book.get(uid).title, book.get(uid).note, book.get(uid).revision) == ("Typed", "One\ntwo", 2)
    assert "Not saved yet" not in texts(app)
    book.edit(uid, 2, title="Elsewhere", note="", tags=[])  # nothing was typed here: it is simply shown
    assert field(app.run(), uid, "title").value == "Elsewhere"
    field(app, uid, "title").set_value("  ").run()
    button(app, "Save").click().run()
    assert "a case needs a title" in texts(app)
    assert book.get(uid).title == "Elsewhere"


@pytest.mark.parametrize("mine", [True, False])
def test_of_two_who_edit_nobody_loses_a_word(book: Casebook, compared: Comparison, mine: bool) -> None:
    uid = image_case(book, compared)
    app = opened(CASES, case=uid)
    field(app, uid, "note").set_value("My note").run()
    book.edit(uid, 1, title="A zero", note="Their note", tags=["theirs"])
    button(app, "Save").click().run()
    assert "Somebody else has changed this case meanwhile" in texts(app)
    shown = " ".join(each.value for each in app.text)
    assert "Their note" in shown
    assert "My note" in shown
    assert book.get(uid).note == "Their note"
    button(app, "Save mine instead" if mine else "Take the stored text").click().run()
    assert book.get(uid).note == ("My note" if mine else "Their note")
    assert field(app, uid, "note").value == book.get(uid).note
    assert "Somebody else" not in texts(app)


def test_deleted_with_an_undo_that_survives_another_page(book: Casebook, compared: Comparison) -> None:
    uid = image_case(book, compared)
    app = visited(CASES, case=uid)
    app.button(key=f"delete-{uid}").click().run()
    assert "The case ‘A zero’ is deleted" in texts(app)
    assert book.count() == 0
    app.switch_page(str(ROOT / "pages" / "runs.py")).run()
    app.switch_page(CASES).run()
    button(app, "Undo").click().run()
    assert book.get(uid).deleted is None
    assert "is deleted" not in texts(app)
    book.delete([uid])
    app = opened(CASES, case=uid)
    assert "This case was deleted" in texts(app)
    app.button(key=f"restore-{uid}").click().run()
    assert book.count(CaseFilter()) == 1


def test_several_are_selected_and_deleted(book: Casebook, compared: Comparison) -> None:
    for title in ("one", "two"):
        image_case(book, compared, title)
    app = opened(CASES)
    assert button(app, "Delete selected").disabled
    button(app, "Select all shown").click().run()
    assert "2 selected" in texts(app)
    button(app, "Delete selected").click().run()
    assert "2 cases are deleted" in texts(app)
    assert book.count() == 0
    button(app, "Undo").click().run()
    assert book.count() == 2


def test_a_damaged_case_keeps_its_words(book: Casebook, compared: Comparison) -> None:
    uid = image_case(book, compared)
    path = book.folder(uid) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"device": 3}))
    app = opened(CASES, case=uid)
    assert len(app.error) == 1
    assert "what was written about it is kept" in texts(app)
    assert field(app, uid, "title").value == "A zero"


@pytest.mark.parametrize("uid", ["0" * 16, "../../etc", "<b>"])
def test_a_case_that_is_not_there(book: Casebook, compared: Comparison, uid: str) -> None:
    image_case(book, compared)
    assert "is not here; choose another" in texts(opened(CASES, case=uid))


def test_a_casebook_of_a_newer_version_is_one_sentence(book: Casebook) -> None:
    with book.session(writes=True) as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    cached._casebook.clear()
    app = opened(CASES)
    assert len(app.error) == 1
    assert "newer version" in app.error[0].value.replace("\\", "")
