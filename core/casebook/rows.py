"""Between rows of the casebook and what it hands out."""

from dataclasses import fields

from sqlalchemy.orm import Session

from core.access.permission import visible
from core.casebook.places import is_uid
from core.casebook.records import SavedCase
from core.casebook.tables import CaseRow, TagRow


def row_of(session: Session, uid: str) -> CaseRow:
    """The row of a case; ValueError in one sentence if there is none, or none that who is acting may see."""
    row = session.get(CaseRow, uid) if is_uid(uid) else None
    if row is None or not visible(record_of(row)):
        raise ValueError("there is no such case")
    return row


def tag_rows(tags: dict[str, str]) -> list[TagRow]:
    """New rows for tags by their folded form, in order."""
    return [TagRow(folded=folded, tag=tag, place=place) for place, (folded, tag) in enumerate(tags.items())]


def record_of(row: CaseRow) -> SavedCase:
    """A row as it is handed out."""
    told_ = {each.name: getattr(row, each.name) for each in fields(SavedCase) if each.name != "tags"}
    return SavedCase(**told_, tags=tuple(each.tag for each in row.tags))
