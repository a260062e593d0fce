"""What goes for good: cases deleted long ago, and what saves that were killed have left."""

import logging
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from core.casebook.folders import remove_folder, strays
from core.casebook.tables import CaseRow

if TYPE_CHECKING:
    from core.casebook.casebook import Casebook

log = logging.getLogger("counterproof")


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
    """Remove the folders, older than an hour, that are in no row; one that cannot be removed stays."""
    try:
        shown, parts = strays(casebook.cases)
        for part in parts:
            shutil.rmtree(part, ignore_errors=True)
        if not shown:
            return
        with casebook.session(writes=True) as session:  # no save can add its row meanwhile
            for uid in set(shown) - set(session.scalars(select(CaseRow.uid))):
                remove_folder(casebook.cases, uid)
    except OSError as error:
        log.warning("the casebook could not be tidied: %s", error)
