"""One saved case on the whole width, step by step: the bar, the pictures, and at the end the expert's answer."""

import time
from typing import Any

import streamlit as st

from app.access.allowed import people_sign_in, why_not
from app.cases.answers import said
from app.nav import page
from app.present.answer import ASK, draft_id, keep_answer, marked_words, question, to_mark
from app.present.map_steps import map_steps
from app.present.picker import BLIND, order_asked
from app.present.seat import Seat, keep_seat
from app.present.steps import CHOICES, Step, answered, blind, changed, limited, refined, saw, study_of
from app.ui import presenting
from app.ui.advice import advice
from app.ui.markdown import LIMITS, plain
from app.ui.state import drop, force, keep, kept, setting, write_link
from app.ui.viewer import viewer
from core.access.acting import acting
from core.casebook.answers import Guess
from core.casebook.casebook import Casebook
from core.casebook.records import SavedCase
from core.compare.comparison import Comparison
from core.study.study import Study

STEP = "step"  # from 1, as it is shown


def show_walk(book: Casebook, case: SavedCase, contents: Study | Comparison, seat: Seat) -> None:
    """The step that the link asks for, or the furthest that may be shown before the question is answered."""
    ask = order_asked() == BLIND and seat.can_be_blind(case.uid)
    guess = seat.guesses.get(case.uid) if ask else None
    steps = steps_of(contents, case, seat, ask)
    last = 0 if ask and guess is None else len(steps) - 1
    at = min(max(setting(STEP, 1) - 1, 0), last)
    step = steps[at]
    moved = presenting.walk(at, len(steps), last, step.title, step.sentences, "walk", f"{case.uid} {ask}",
                            CHOICES if ask and guess is None else ())  # fmt: skip
    _follow(moved, seat, case.uid, last, at)
    if last:
        seat.tell(case.uid)
    if step.kind == "limits":
        with st.container(key="limits-large"):
            st.markdown(LIMITS)
    elif step.kind == "answer":
        _answer(book, study_of(contents), case.uid, guess, seat)
    else:
        viewer(step.pictures, "viewer", case.uid, pair=step.pair, large=True, legend=step.legend)
    _foot(case, told=bool(last), blind=ask)
    keep_seat(seat)
    write_link({"case": case.uid, STEP: at + 1, "order": order_asked()})


def steps_of(contents: Study | Comparison, case: SavedCase, seat: Seat, ask: bool) -> list[Step]:
    """All steps of a case; ask: the question comes first."""
    study, label = study_of(contents), case.label
    first = [blind(study, seat.attacked_side(case.uid), seat.guesses.get(case.uid))] if ask else []
    told = [*first, saw(study, label), *changed(study, label)]
    if isinstance(contents, Comparison):
        after = contents.studies["after"]
        told += map_steps(study, "the model before refinement", after)
        told += [refined(contents, case), *map_steps(after, "the refined model", study)]
    else:
        told += map_steps(study)
    return [*told, limited(study), answered()]


def _follow(moved: presenting.Moved, seat: Seat, uid: str, last: int, at: int) -> None:
    """Go where the reader went, or note what was chosen."""
    if moved.chose is not None and not last and seat.guess(uid, moved.chose):
        force(STEP, 1)  # whatever step the link asks for, it is told first whether that was right
        st.rerun()
    if isinstance(moved.went, int | float) and 0 <= moved.went <= last and int(moved.went) != at:
        force(STEP, int(moved.went) + 1)
        st.rerun()


def _answer(book: Casebook, study: Study, uid: str, guess: Guess | None, seat: Seat) -> None:
    if why := why_not("answer"):
        st.info(why)
        return
    spent = guess is not None and uid in seat.spent
    saved: dict[str, tuple[str, str]] = kept("answers saved", {})  # draft -> the case, and the words for it
    if thanks := [words for case, words in saved.values() if case == uid]:
        st.success(thanks[-1])
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("See it under Cases", icon=":material/folder_open:"):
                st.switch_page(page("cases"))
            st.caption("The form below is empty again, for another expert or for a change of mind.")
    if spent:
        st.caption("An answer was saved here for what was said on which picture was changed. That has been told since, "
                   "so another answer is kept as one of an expert who was told from the start.")  # fmt: skip
    refused: dict[str, Any] | None = kept("answer refused", None)
    data = {"uid": uid, "question": question(study), "ask": ASK, "mark": to_mark(study), "saved": list(saved),
            "refused": refused, "signed": acting().name if people_sign_in() else ""}  # fmt: skip
    given = presenting.answer(data, "answer")
    if given is None or (name := draft_id(given)) in saved:
        return
    try:
        asked = None if spent else guess
        made = keep_answer(book, study, uid, given, guess=asked, attacked_side=seat.attacked_side(uid))
    except (ValueError, OSError) as error:
        told = advice(error, "Nothing was saved; what you wrote and marked is still here.")
        keep("answer refused", {"id": name, "said": told, "time": time.time()})
    else:
        seat.spend(uid)
        words = f"Thank you, {plain(made.expert, 100)}. Kept with this case: {plain(said(made), 400)}."
        saved[name] = uid, f"{words} {marked_words(made)}"
    st.rerun()


def _foot(case: SavedCase, told: bool, blind: bool) -> None:
    """What is shown, once it may be told, and the way to other cases."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Another case", icon=":material/list:"):
            drop("case")
            force(STEP, 1)
            st.rerun()
        if order_asked() == BLIND and not blind:
            st.caption("This window has told already which picture of this case was changed, so that is not asked.")
        if told:
            st.caption(plain(case.title, 200))
