"""Expert answers: kept in order, never changed, within bounds; masks of one bit."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.casebook.answers import ExpertAnswer, add_answer, all_answers, answers_of
from core.casebook.casebook import Casebook
from core.casebook.mask_png import mask_png, read_mask
from core.study.study import Study

MASK = np.eye(8, dtype=bool)


def test_answers_in_order_of_time(casebook: Casebook, image_case: Study) -> None:
    uid = casebook.save(image_case, title="x", source="inspect").uid
    other = casebook.save(image_case, title="y", source="inspect").uid
    given = ExpertAnswer(uid, " Dr.\nE ", "blind", 8, 8, "agree", "left", "right", "a\0b", [{"points": [[0, 1.5]]}],
                         mask_png(MASK), None)  # fmt: skip
    first = add_answer(casebook, given)
    second = add_answer(casebook, replace(given, verdict="disagree"))
    add_answer(casebook, replace(given, case_uid=other))
    assert answers_of(casebook, uid) == [first, second]
    assert (first.expert, first.comment, first.drawn) == ("Dr. E", "ab", [{"points": [[0, 1.5]]}])
    assert first.relevant is not None
    assert np.array_equal(read_mask(first.relevant, 8, 8), MASK)
    assert len(all_answers(casebook)) == 3
    casebook.delete([other])
    assert all_answers(casebook) == [first, second]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"case_uid": "0" * 16}, "there is no such case"), ({"expert": ""}, "needs the name"),
        ({"expert": "x" * 101}, "has 101 characters"), ({"comment": "x" * 5001}, "comment has 5,001"),
        ({"verdict": "perhaps"}, "expected verdict"), ({"guess": "up"}, "expected guess"),
        ({"attacked_side": "cannot tell"}, "expected attacked_side"), ({"order_shown": None}, "expected order_shown"),
        ({"height": 0}, "expected a height"), ({"drawn": [float("nan")]}, r"JSON"), ({"drawn": {}}, "no list"),
        ({"drawn": [b"x"]}, "no JSON"), ({"drawn": ["x" * 2_000_001]}, "too long"),
        ({"relevant": b"x"}, "no picture of 8 x 8"), ({"spurious": mask_png(MASK[:4])}, "no picture of 8 x 8"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_answer_is_one_sentence(
    casebook: Casebook, image_case: Study, change: dict[str, Any], said: str
) -> None:
    uid = casebook.save(image_case, title="x", source="inspect").uid
    with pytest.raises(ValueError, match=said):
        add_answer(casebook, replace(ExpertAnswer(uid, "E", "open", 8, 8), **change))
    assert answers_of(casebook, uid) == []


def test_a_damaged_mask_is_one_sentence() -> None:
    raw = mask_png(MASK)
    with pytest.raises(ValueError, match="damaged or cut short"):
        read_mask(raw[:40], 8, 8)
