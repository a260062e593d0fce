"""What can be chosen to filter cases by: every value that one of them has."""

from typing import get_args

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.casebook.owners import seen
from core.casebook.records import Choices, Kind
from core.casebook.tables import CaseRow, TagRow

COLUMNS = (CaseRow.kind, CaseRow.classifier, CaseRow.classifier_after, CaseRow.attack, CaseRow.label)


def choices(session: Session) -> Choices:
    """The values of all cases that are not deleted and that who is acting may see, in order."""
    here = and_(CaseRow.deleted.is_(None), seen())
    found = [set(session.scalars(select(each).distinct().where(here))) - {None, ""} for each in COLUMNS]
    rows = select(TagRow.folded, func.min(TagRow.tag)).join(CaseRow, CaseRow.uid == TagRow.case_uid)
    tags = session.execute(rows.where(here).group_by(TagRow.folded).order_by(TagRow.folded)).all()
    kinds, before, after, attack, label = found
    models, attacks, labels = (tuple(sorted(map(str, each))) for each in (before | after, attack, label))
    return Choices(tuple(kind for kind in get_args(Kind) if kind in kinds), models, attacks, labels,
                   tuple(tag for _, tag in tags))  # fmt: skip
