"""The page Present: the list, a case that is not there, and a walk in both orders; the browser's parts by stand-ins."""

from collections.abc import Sequence
from typing import Any

import pytest

from app.present.seat import Seat
from app.ui import presenting
from core.base.paths import ROOT
from core.casebook.answers import answers_of
from core.casebook.casebook import Casebook
from core.casebook.records import SavedCase
from tests.app.pages import button, opened, texts

PRESENT, CASES = (str(ROOT / "pages" / name) for name in ("present.py", "cases.py"))


class Window:
    """A browser window: what it remembers, what it is shown, what its reader does next."""

    def __init__(self) -> None:
        self.remembered: Any = None
        self.went: Any = None
        self.chose: Any = None
        self.given: Any = None
        self.shown: dict[str, Any] = {}
        self.asked: dict[str, Any] = {}

    def memory(self, name: str, value: Any, key: str) -> Any:
        if value is not None:
            self.remembered = value
        return {"found": self.remembered}

    def walk(self, at: int, of: int, last: int, title: str, sentences: Sequence[str], *_: Any) -> presenting.Moved:
        self.shown = {"at": at, "of": of, "last": last, "title": title, "sentences": " ".join(sentences)}
        moved, self.went, self.chose = presenting.Moved(self.went, self.chose), None, None
        return moved

    def answer(self, data: dict[str, Any], key: str) -> Any:
        self.asked = data
        given, self.given = self.given, None
        return given


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Window:
    made = Window()
    monkeypatch.setattr("app.present.seat.memory", made.memory)
    monkeypatch.setattr(presenting, "walk", made.walk)
    monkeypatch.setattr(presenting, "answer", made.answer)
    return made


def test_no_cases_yet(book: Casebook) -> None:
    assert "There are no cases yet" in texts(opened(PRESENT))


def test_the_list_leads_to_a_case_and_hides_what_is_asked(book: Casebook, case: SavedCase, window: Window) -> None:
    app = opened(PRESENT)
    assert "Secret title" in texts(app)
    hidden = opened(PRESENT, order="blind")
    assert "Secret title" not in texts(hidden)
    assert not hidden.get("imgs")
    button(hidden, "Present").click().run()
    assert window.shown["title"] == "One of these two pictures was changed. Which?"
    assert "".join(hidden.query_params["case"]) == case.uid


@pytest.mark.parametrize("uid", ["f" * 16, "../x", "<b>"])
def test_a_case_that_is_not_there_is_one_sentence(book: Casebook, case: SavedCase, uid: str) -> None:
    app = opened(PRESENT, case=uid)
    assert len(app.error) == 1
    button(app, "Show all cases").click().run()
    assert "Secret title" in texts(app)


def test_a_deleted_case_is_not_presented(book: Casebook, case: SavedCase) -> None:
    book.delete([case.uid])
    assert "was deleted" in opened(PRESENT, case=case.uid).error[0].value


def test_blind_first_nothing_is_told_before_the_answer(book: Casebook, case: SavedCase, window: Window) -> None:
    app = opened(PRESENT, case=case.uid, order="blind", step="4")
    assert (window.shown["at"], window.shown["last"]) == (0, 0)
    assert "Secret title" not in texts(app)
    window.went = 3
    app.run()
    assert window.shown["at"] == 0
    window.chose = "left"
    app.run()
    side = Seat.read(window.remembered).attacked_side(case.uid)
    assert f"The {side} one was changed." in window.shown["sentences"]
    assert (window.shown["at"], window.shown["last"]) == (0, window.shown["of"] - 1)
    window.went = 3
    app.run()
    assert window.shown["title"] == "What was changed, made visible"
    again = opened(PRESENT, case=case.uid, order="blind", step="4")  # the window is loaded again
    assert window.shown["title"] == "What was changed, made visible"
    window.went = 0
    again.run()
    assert "You said: the left one." in window.shown["sentences"]


def test_what_was_told_once_is_not_asked(book: Casebook, case: SavedCase, window: Window) -> None:
    opened(PRESENT, case=case.uid)
    assert window.shown["title"] == "What the model saw"
    app = opened(PRESENT, case=case.uid, order="blind")
    assert window.shown["title"] == "What the model saw"
    assert "so that is not asked" in texts(app)


@pytest.mark.parametrize("step", ["0", "-3", "many", "99", "nan"])
def test_a_step_that_is_none_falls_back(book: Casebook, case: SavedCase, window: Window, step: str) -> None:
    app = opened(PRESENT, case=case.uid, step=step, order="sideways")
    assert 0 <= window.shown["at"] < window.shown["of"]
    assert "".join(app.query_params["order"]) == "open"


def test_an_answer_is_kept_once_and_a_refused_one_not(book: Casebook, case: SavedCase, window: Window) -> None:
    app = opened(PRESENT, case=case.uid, step="99")
    assert window.shown["title"] == "Your answer"
    given = {"id": "1-2", "expert": "Dr. E", "verdict": "agree", "comment": "", "drawn": []}
    window.given = given | {"drawn": [{"shape": "box"}]}
    app.run()
    assert "Nothing was saved" in window.asked["refused"]["said"]
    assert answers_of(book, case.uid) == []
    for _ in range(2):
        window.given = given
        app.run()
    (kept,) = answers_of(book, case.uid)
    assert (kept.expert, kept.order_shown) == ("Dr. E", "open")
    assert "Thank you, Dr. E" in texts(app)
    assert window.asked["saved"] == ["1-2"]


def test_a_second_expert_in_the_window_is_not_kept_as_asked_first(
    book: Casebook, case: SavedCase, window: Window
) -> None:
    app = opened(PRESENT, case=case.uid, order="blind")
    window.chose = "left"
    app.run()
    window.went = window.shown["last"]
    app.run()
    assert window.shown["title"] == "Your answer"
    given = {"expert": "Dr. E", "verdict": "agree", "comment": "", "drawn": []}
    window.given = given | {"id": "1-1"}
    app.run()
    assert "kept as one of an expert who was told" in texts(app)
    window.given = given | {"id": "1-2", "expert": "Dr. Second"}
    app.run()
    again = opened(PRESENT, case=case.uid, order="blind", step="99")  # the window is loaded again
    window.given = given | {"id": "1-3", "expert": "Dr. Third"}
    again.run()
    answers = answers_of(book, case.uid)
    kept = [(each.expert, each.order_shown, each.guess, bool(each.attacked_side)) for each in answers]
    assert kept == [("Dr. E", "blind", "left", True), ("Dr. Second", "open", None, False),
                    ("Dr. Third", "open", None, False)]  # fmt: skip


def test_who_saw_the_case_under_cases_is_not_asked(book: Casebook, case: SavedCase, window: Window) -> None:
    opened(CASES)
    assert not Seat.read(window.remembered).told, "the list alone opens no case"
    opened(CASES, case=case.uid)
    assert Seat.read(window.remembered).told == [case.uid]
    app = opened(PRESENT, case=case.uid, order="blind")
    assert window.shown["title"] == "What the model saw"
    assert "so that is not asked" in texts(app)
