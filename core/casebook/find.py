"""From what is looked for to SQL; every value is bound, none becomes part of a statement."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, or_, select

from core.base.plain_line import plain_line
from core.casebook.folded import folded
from core.casebook.owners import seen
from core.casebook.records import CaseFilter
from core.casebook.tables import AnswerRow, CaseRow, TagRow

LONGEST, MOST_WORDS = 500, 20  # characters of a text that is looked for, and its words
TEXTS = (
    CaseRow.title, CaseRow.note, CaseRow.answer_before, CaseRow.answer_after, CaseRow.label, CaseRow.image_name,
    CaseRow.image,
)  # fmt: skip
ESCAPE = "\\"


def pattern(word: str) -> str:
    r"""What LIKE matches where `word` occurs, whatever is in it.

    >>> pattern("100 %_sure")
    '%100 \\%\\_sure%'
    """
    plain = folded(word)
    for each in (ESCAPE, "%", "_"):
        plain = plain.replace(each, ESCAPE + each)
    return f"%{plain}%"


def conditions(filters: CaseFilter) -> ColumnElement[bool]:
    """What a row of `cases` must fulfil; those that who is acting may not see never do."""
    gone = CaseRow.deleted.is_not(None) if filters.deleted else CaseRow.deleted.is_(None)
    wanted: list[ColumnElement[bool]] = [seen(), gone]
    for column, value in ((CaseRow.kind, filters.kind), (CaseRow.attack, filters.attack),
                          (CaseRow.label, filters.label), (CaseRow.study_id, filters.study_id)):  # fmt: skip
        if value:
            wanted.append(column == plain_line(value))
    if filters.classifier:
        model = plain_line(filters.classifier)
        wanted.append(or_(CaseRow.classifier == model, CaseRow.classifier_after == model))
    for flag, state in ((CaseRow.fooled, filters.fooled), (CaseRow.defended, filters.defended)):
        if state is not None:
            wanted.append(flag.is_(state))
    for tag in filters.tags:
        wanted.append(exists().where(TagRow.case_uid == CaseRow.uid, TagRow.folded == folded(plain_line(tag))))
    for word in plain_line(filters.text[:LONGEST]).split()[:MOST_WORDS]:
        wanted.append(_says(pattern(word)))
    return and_(*wanted)


def newest(filters: CaseFilter, most: int | None, skip: int) -> Select[Any]:
    """The rows of cases that fulfil it, the newest first."""
    rows = select(CaseRow).where(conditions(filters))
    ordered = rows.order_by(CaseRow.created.desc(), literal_column("cases.rowid").desc())
    return ordered.limit(most if most is not None else -1).offset(skip)


def _says(like: str) -> ColumnElement[bool]:
    """Whether any text of a case matches."""
    tag = exists().where(TagRow.case_uid == CaseRow.uid, TagRow.folded.like(like, escape=ESCAPE))
    said = exists().where(
        AnswerRow.case_uid == CaseRow.uid,
        or_(*(_matches(each, like) for each in (AnswerRow.comment, AnswerRow.expert))),
    )
    return or_(*(_matches(each, like) for each in TEXTS), tag, said)


def _matches(column: Any, like: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = func.folded(column).like(like, escape=ESCAPE)
    return found
