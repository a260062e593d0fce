"""Whose cases are: what is noted of a new one, which rows who is acting may see, and sharing."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, false, or_, true, update

from core.access.acting import acting
from core.access.permission import require
from core.access.roles import allows
from core.audit.events import SHARED, UNSHARED
from core.audit.record import record
from core.casebook.records import SavedCase
from core.casebook.rows import record_of, row_of
from core.casebook.tables import CaseRow

if TYPE_CHECKING:
    from core.casebook.casebook import Casebook


def owned() -> dict[str, Any]:
    """The columns of a new case that say whose it is; where nobody signs in, it is nobody's."""
    person = acting()
    named = person.signed_in
    return {"owner": person.id if named else "", "owner_name": person.name if named else "", "shared": False}


def seen() -> ColumnElement[bool]:
    """What a row of `cases` must fulfil for who is acting to see it."""
    person = acting()
    if not person.signed_in or person.role == "owner":
        return true()
    if not allows(person.role, "look"):
        return false()
    return or_(CaseRow.owner == "", CaseRow.owner == person.id, CaseRow.shared.is_(True))


def share(casebook: "Casebook", uid: str, everyone: bool) -> SavedCase:
    """Have everybody here see a case, or no longer; ValueError in one sentence if who is acting may not."""
    with casebook.session(writes=True) as session:
        require("save", record_of(row_of(session, uid)))
        # not by the row itself: whoever is editing what is written about it need not hear of this
        session.execute(update(CaseRow).where(CaseRow.uid == uid).values(shared=everyone))
        session.expire_all()
        made = record_of(row_of(session, uid))
    record(SHARED if everyone else UNSHARED, {"what": "case", "name": uid})
    return made
