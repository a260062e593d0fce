"""Saved on Inspect or Compare, opened there again: shown from what was saved, on the same settings."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.background.comparisons import Comparisons
from app.background.studies import Studies
from app.cases.open_case import in_order, obstacle
from core.casebook.casebook import Casebook
from core.catalog import load_classifier
from core.compare.comparison import Comparison
from tests.app.cases.test_cases_page import CASES, MODEL, compared, image_case
from tests.app.pages import button, texts, visited
from tests.pages.test_pages import FAST, INSPECT, ended, press

__all__ = ["compared"]


def saved(app: AppTest, title: str) -> None:
    next(each for each in app.text_input if each.label == "Title").set_value(title).run()
    button(app, "Save").click().run()


def test_save_case_on_inspect_and_save_it_again(home: Path) -> None:
    app = visited(INSPECT, **FAST)
    app = ended(press(app))
    assert next(each for each in app.text_input if each.label == "Title").value.startswith("digit 0 taken for")
    saved(app, "Mine")
    assert "Saved as ‘Mine’" in texts(app)
    book = Casebook.usual()
    case = book.find()[0]
    assert (case.title, case.label, case.source, case.classifier) == ("Mine", "digit 0", "inspect", MODEL)
    button(app, "Save as another case").click().run()
    assert book.count() == 2
    button(app, "Show it under Cases").click().run()
    assert app.title[0].value == "Cases"
    assert not app.exception


def test_open_in_inspect_shows_what_was_saved_and_computes_nothing(
    home: Path, compared: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Casebook.usual()
    uid = image_case(book, compared)
    app = visited(CASES, case=uid)

    def never(*_: object, **__: object) -> Any:
        raise AssertionError("something was computed")

    monkeypatch.setattr(Studies, "start", never)
    button(app, "Open in Inspect").click().run()
    assert not app.exception
    assert app.title[0].value == "Inspect"
    assert "was fooled" in texts(app)
    assert app.slider(key=next(each.key for each in app.slider if "fgsm.eps" in str(each.key))).value == 60.0


def test_what_is_restored_is_found_by_the_pages(home: Path, compared: Comparison) -> None:
    models = {side: load_classifier(name) for side, name in (("before", MODEL), ("after", compared.pair.after))}
    studies = Studies()
    comparisons = Comparisons(studies)
    assert comparisons.find(compared.pair, models, 0) is None  # type: ignore[arg-type]
    comparisons.restore(compared)
    found = comparisons.find(compared.pair, models, 0)  # type: ignore[arg-type]
    assert found is not None
    assert found.crossing is not None
    assert found.comparison.crossings["after"].reach == compared.crossings["after"].reach
    assert found.comparison.studies["before"].rows == compared.studies["before"].rows


def test_a_model_that_is_gone_and_a_picture_that_is(home: Path, compared: Comparison) -> None:
    book = Casebook.usual()
    case = book.get(image_case(book, compared))
    assert obstacle(case) == ""
    assert "model ‘own:gone’ is not here" in obstacle(replace(case, classifier="own:gone"))
    assert obstacle(replace(case, image="upload/0123456789abcdef")) == ""  # it is brought from the case
    assert in_order(compared.studies["before"].case) == compared.studies["before"].case
