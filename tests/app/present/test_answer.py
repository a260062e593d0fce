"""What the form sends becomes one answer with masks of the picture's size, or one sentence and nothing kept."""

from typing import Any

import numpy as np
import pytest

from app.cases.answers import said
from app.present.answer import draft_id, keep_answer, marked_words, parts_of, question, to_mark
from core.casebook.answers import answers_of
from core.casebook.casebook import Casebook
from core.casebook.mask_png import read_mask
from core.casebook.records import SavedCase
from core.study.study import Study

BOX = {"means": "spurious", "shape": "box", "x0": 0, "y0": 0, "x1": 1, "y1": 0.5}
GIVEN: dict[str, Any] = {"id": "1-2", "expert": "Dr. E", "verdict": "disagree", "comment": "a\nb", "drawn": [BOX]}


def test_one_answer_with_masks_of_the_size_of_the_picture(book: Casebook, study: Study, case: SavedCase) -> None:
    kind, cells, cut = parts_of(study)
    part = {"means": "relevant", "shape": "parts", "kind": kind, "cells": cells, "parts": [int(cut[7, 7])]}
    kept = keep_answer(book, study, case.uid, GIVEN | {"drawn": [BOX, part]}, guess="left", attacked_side="right")
    assert answers_of(book, case.uid) == [kept]
    assert (kept.expert, kept.verdict, kept.comment, kept.order_shown) == ("Dr. E", "disagree", "a\nb", "blind")
    assert (kept.guess, kept.attacked_side, kept.height, kept.width) == ("left", "right", 8, 8)
    assert kept.relevant is not None
    assert kept.spurious is not None
    relevant, spurious = (read_mask(raw, 8, 8) for raw in (kept.relevant, kept.spurious))
    assert np.array_equal(relevant, cut == cut[7, 7])
    assert np.array_equal(spurious, (np.arange(8)[:, None] < 4) & ~relevant)
    assert "took the left image for the attacked one, which was the right one" in said(kept)
    assert "of the picture as what should matter" in marked_words(kept)


def test_who_was_not_asked_first_has_no_guess(book: Casebook, study: Study, case: SavedCase) -> None:
    kept = keep_answer(book, study, case.uid, GIVEN | {"drawn": []}, attacked_side="left")
    assert (kept.order_shown, kept.guess, kept.attacked_side) == ("open", None, None)
    assert (kept.relevant, kept.spurious) == (None, None)
    assert marked_words(kept) == "Nothing was marked."


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"expert": " "}, "needs the name"), ({"expert": 3}, "text"), ({"expert": "x" * 101}, "text"),
        ({"verdict": None}, "word that is known"), ({"verdict": "perhaps"}, "word that is known"),
        ({"comment": "x" * 5001}, "text"), ({"drawn": None}, "list of 0 to 500"), ({"drawn": [{}]}, "word"),
        ({"drawn": [BOX | {"x0": 9}]}, "number from 0 to 1"), ({"more": 1}, "not known here"),
        ({"drawn": [{"means": "relevant", "shape": "parts", "kind": "grid", "cells": 7, "parts": [0]}]}, "cut into"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_one_sentence(
    book: Casebook, study: Study, case: SavedCase, change: dict[str, Any], wanted: str
) -> None:
    with pytest.raises(ValueError, match=wanted):
        keep_answer(book, study, case.uid, GIVEN | change)
    assert answers_of(book, case.uid) == []


@pytest.mark.parametrize("given", [None, 3, [], "x", {"id": "1"}])
def test_what_is_no_form_is_one_sentence(book: Casebook, study: Study, case: SavedCase, given: Any) -> None:
    with pytest.raises(ValueError, match="the answer"):
        keep_answer(book, study, case.uid, given)
    assert len(draft_id(given)) <= 40


def test_the_runs_are_the_parts(study: Study) -> None:
    told, cut = to_mark(study), parts_of(study)[2]
    numbers, lengths = told["runs"][::2], told["runs"][1::2]
    assert np.array_equal(np.repeat(numbers, lengths).reshape(told["height"], told["width"]), cut)
    assert all(isinstance(each, int) for each in told["runs"])
    assert question(study).startswith("To the original picture the model says ‘")
