"""What experts say of a case: one row an answer, never changed; who changes their mind gives another."""

import json
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.acting import acting
from core.access.permission import require
from core.audit.events import ANSWERED
from core.audit.record import record
from core.base.errors import Unreadable
from core.casebook import texts
from core.casebook.casebook import Casebook
from core.casebook.mask_png import expect_mask
from core.casebook.owners import seen
from core.casebook.places import new_uid
from core.casebook.rows import row_of
from core.casebook.tables import AnswerRow, CaseRow

Order = Literal["blind", "open"]
Verdict = Literal["agree", "disagree", "unsure"]
Guess = Literal["left", "right", "cannot tell"]
Hand = Literal["left", "right"]
EXPERT, COMMENT, DRAWN = 100, 5_000, 2 * 10**6  # characters
LARGEST_SIDE = 4096  # pixels
HERE_ONLY = ("person",)  # what is not taken along: elsewhere it means nothing


@dataclass(frozen=True)
class ExpertAnswer:
    """One answer of one expert to one case.

    order_shown: "blind" if the expert was asked before being told which image was attacked. verdict: on the model's
    answer; guess: which of the two images was changed, and attacked_side: which one was; each None if not asked.
    drawn: strokes, in whatever JSON form the page that drew them uses. relevant, spurious: what should matter to a
    model and what should not, each a PNG of height x width pixels of one bit (core.casebook.mask_png), or None.
    uid and created are given when it is added, and person: the id of who was signed in, "" where nobody signs in.
    """

    case_uid: str
    expert: str
    order_shown: Order
    height: int
    width: int
    verdict: Verdict | None = None
    guess: Guess | None = None
    attacked_side: Hand | None = None
    comment: str = ""
    drawn: list[Any] = field(default_factory=list)
    relevant: bytes | None = None
    spurious: bytes | None = None
    uid: str = ""
    created: datetime | None = None
    person: str = ""


WORDS: dict[str, tuple[object, ...]] = {
    "order_shown": get_args(Order),
    "verdict": (None, *get_args(Verdict)),
    "guess": (None, *get_args(Guess)),
    "attacked_side": (None, *get_args(Hand)),
}


def add_answer(casebook: Casebook, answer: ExpertAnswer) -> ExpertAnswer:
    """Keep an answer; returns it with its uid and moment. ValueError in one sentence if it cannot be one.

    Where people sign in, it is that of who is acting, whatever name it came with.
    """
    require("answer")
    person = acting()
    expert = person.name[:EXPERT] if person.signed_in else answer.expert
    mine = replace(answer, expert=expert, person=person.id)
    made = replace(checked(mine), uid=new_uid(), created=datetime.now(UTC))
    with casebook.session(writes=True) as session:
        row_of(session, made.case_uid)
        session.add(row_of_answer(made))
    record(ANSWERED, {"case": made.case_uid, "answer": made.uid})
    return made


def answers_of(casebook: Casebook, case_uid: str) -> list[ExpertAnswer]:
    """Every answer to a case, the earliest first; none to one that who is acting may not see."""
    with casebook.session() as session:
        return _answers(session, case_uid)


def all_answers(casebook: Casebook) -> list[ExpertAnswer]:
    """Every answer to a case that is not deleted, the earliest first."""
    with casebook.session() as session:
        return _answers(session, None)


def _answers(session: Session, case_uid: str | None) -> list[ExpertAnswer]:
    rows = select(AnswerRow).join(CaseRow, CaseRow.uid == AnswerRow.case_uid)
    rows = rows.where(seen())
    rows = rows.where(CaseRow.deleted.is_(None) if case_uid is None else AnswerRow.case_uid == case_uid)
    return [_answer(row) for row in session.scalars(rows.order_by(AnswerRow.created, AnswerRow.uid))]


def row_of_answer(answer: ExpertAnswer) -> AnswerRow:
    """A new row for an answer that is checked and has its uid and moment."""
    told = {each.name: getattr(answer, each.name) for each in fields(ExpertAnswer)}
    return AnswerRow(**(told | {"drawn": json.dumps(answer.drawn)}))


def _answer(row: AnswerRow) -> ExpertAnswer:
    told = {each.name: getattr(row, each.name) for each in fields(ExpertAnswer)}
    try:
        drawn = json.loads(row.drawn)
    except ValueError as error:
        raise Unreadable("what an expert drew is damaged in the casebook") from error
    return ExpertAnswer(**(told | {"drawn": drawn if isinstance(drawn, list) else []}))


def checked(answer: ExpertAnswer) -> ExpertAnswer:
    """The answer with its texts cleaned; ValueError in one sentence where something is beyond its bounds."""
    for name, known in WORDS.items():
        if getattr(answer, name) not in known:
            allowed = ", ".join(map(repr, known))
            raise ValueError(f"expected {name} to be one of {allowed}, got {str(getattr(answer, name))[:60]!r}")
    if not all(isinstance(each, int) and 1 <= each <= LARGEST_SIDE for each in (answer.height, answer.width)):
        raise ValueError(f"expected a height and a width from 1 to {LARGEST_SIDE} pixels")
    for raw in (answer.relevant, answer.spurious):
        if raw is not None:
            expect_mask(raw, answer.height, answer.width)
    try:
        if not isinstance(answer.drawn, list) or len(json.dumps(answer.drawn, allow_nan=False)) > DRAWN:
            raise ValueError("what was drawn is no list of strokes, or too long to keep")
    except TypeError as error:
        raise ValueError("what was drawn holds something that is no JSON") from error
    expert = " ".join(texts.note(answer.expert, EXPERT, "the name of the expert").split())
    if not expert:
        raise ValueError("an answer needs the name of who gives it")
    return replace(answer, expert=expert, comment=texts.note(answer.comment, COMMENT, "the comment"))
