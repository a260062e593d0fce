"""What goes for good, cases deleted long ago and what killed saves have left; and what only goes out of the way."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from core.access.permission import require
from core.audit.events import CASE_DELETED, CASE_RESTORED
from core.audit.record import record
from core.casebook.folders import clear_parts, put_aside, remove_folder, take_back
from core.casebook.owners import seen
from core.casebook.places import LOST, is_uid
from core.casebook.tables import CaseRow

if TYPE_CHECKING:
    from core.casebook.casebook import Casebook

log = logging.getLogger("counterproof")


def mark(casebook: "Casebook", uids: Iterable[str], moment: datetime | None) -> int:
    """Put cases aside, or, with None, have them back. How many of those that who is acting may see there were to.

    Refused (a ValueError) if they may delete nothing.
    """
    require("delete")
    wanted = [uid for uid in uids if is_uid(uid)]
    other = CaseRow.deleted.is_not(None) if moment is None else CaseRow.deleted.is_(None)
    with casebook.session(writes=True) as session:
        found = list(session.scalars(select(CaseRow.uid).where(CaseRow.uid.in_(wanted), other, seen())))
        session.execute(update(CaseRow).where(CaseRow.uid.in_(found)).values(deleted=moment))
    for uid in found:
        record(CASE_RESTORED if moment is None else CASE_DELETED, {"case": uid})
    return len(found)


def purge(casebook: "Casebook", older_than: timedelta) -> list[str]:
    """Remove the cases that were deleted longer ago than that, first the rows, then the folders; returns their uids."""
    with casebook.session(writes=True) as session:
        gone = CaseRow.deleted.is_not(None) & (CaseRow.deleted <= datetime.now(UTC) - older_than)
        uids = list(session.scalars(select(CaseRow.uid).where(gone)))
        session.execute(delete(CaseRow).where(CaseRow.uid.in_(uids)))
    for uid in uids:
        remove_folder(casebook.cases, uid)
    return uids


def sweep(casebook: "Casebook") -> None:
    """Remove the hidden folders that killed saves have left; put whole ones that are in no row aside, into LOST.

    Both only once they are an hour old. Where there is no row at all, the database may be the one that was lost: then
    all folders stay. One that was put aside comes back once it is in a row, as when a newer copy has been restored.
    """
    cases = casebook.cases
    try:
        clear_parts(cases)
        with casebook.session(writes=True) as session:  # no save can add its row meanwhile
            if not (known := set(session.scalars(select(CaseRow.uid)))):
                return
            take_back(cases, known)
            if moved := put_aside(cases, known):
                told = "%d folders in %s are no cases of the casebook; they were moved to %s as they are"
                log.warning(told, len(moved), cases, cases.parent / LOST)
    except OSError as error:
        log.warning("the casebook could not be tidied: %s", error)
