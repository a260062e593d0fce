"""Cases that were unpacked become rows and folders of the casebook: all of them, or none."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.acting import acting
from core.bundles.case_files import sha256
from core.casebook import texts
from core.casebook.answers import HERE_ONLY, ExpertAnswer, row_of_answer
from core.casebook.archives.import_index import Told
from core.casebook.archives.imported import Imported as Imported
from core.casebook.casebook import Casebook
from core.casebook.folders import put, remove_folder
from core.casebook.owners import owned, seen
from core.casebook.places import new_uid
from core.casebook.rows import record_of, tag_rows
from core.casebook.tables import AnswerRow, CaseRow


@dataclass(frozen=True, eq=False)
class Coming:
    """A case read back whole in the folder `part`, on the disk; row: without uid and tags. index: the file in it that
    names the hashes of all others, and sha256 that of it. told.uid: "" if it has none yet."""

    told: Told
    row: CaseRow
    part: Path
    index: str
    sha256: str


def bring_in(casebook: Casebook, coming: Iterable[Coming]) -> Imported:
    """Add the cases in one transaction; ValueError or OSError leave the casebook as it was."""
    placed: list[str] = []
    made = Imported()
    try:
        with casebook.session(writes=True) as session:
            for each in coming:
                made = _one(casebook, session, each, made, placed)
    except BaseException:
        for uid in placed:
            remove_folder(casebook.cases, uid)
        raise
    return made


def _one(casebook: Casebook, session: Session, coming: Coming, made: Imported, placed: list[str]) -> Imported:
    if (same := _same(casebook, session, coming)) is not None:
        case, mine = record_of(same), _may_answer_for_others(same)
        count = _answers(session, coming.told.answers, same.uid, add=mine)
        made = replace(made, known=(*made.known, case))
        if not mine:
            return replace(made, left=made.left + count)
        answered = (*made.answered, same.uid) if count else made.answered
        return replace(made, answers=made.answers + count, answered=answered)
    uid = coming.told.uid
    if not uid or session.get(CaseRow, uid) is not None or (casebook.cases / uid).exists():
        uid = new_uid()
    put(coming.part, casebook.cases, uid)
    placed.append(uid)
    row = coming.row
    row.uid, row.tags = uid, tag_rows(texts.tags(coming.told.tags))
    row.owner, row.owner_name, row.shared = owned().values()
    session.add(row)
    session.flush()
    brought = made.brought + _answers(session, coming.told.answers, uid, add=True)
    moved = ((coming.told.uid, uid),) if coming.told.uid not in ("", uid) else ()
    return replace(made, added=(*made.added, record_of(row)), renamed=(*made.renamed, *moved), brought=brought)


def _may_answer_for_others(row: CaseRow) -> bool:
    """Whether who is acting may bring to this case what others are said to have answered."""
    person = acting()
    return not person.signed_in or person.role == "owner" or row.owner == person.id


def _same(casebook: Casebook, session: Session, coming: Coming) -> CaseRow | None:
    """The case here that is this one, alike in all: first that of its uid, then one that came in under another.

    Where it comes without a uid, any of its study with the same contents.
    """
    told = coming.told
    alike_by_study = select(CaseRow).where(CaseRow.study_id == told.study_id, seen())
    rows = session.scalars(alike_by_study.order_by(CaseRow.created))
    here = sorted(rows, key=lambda row: row.uid != told.uid)
    alike = (row for row in here if not told.uid or _alike(row, told))
    return next((row for row in alike if _contents(casebook, row.uid, coming)), None)


def _alike(row: CaseRow, told: Told) -> bool:
    """Whether people wrote the same of both."""
    same = (row.title, row.note, row.label) == (told.title, told.note, told.label)
    return same and {each.folded for each in row.tags} == set(texts.tags(told.tags))


def _contents(casebook: Casebook, uid: str, coming: Coming) -> bool:
    """Whether the case of that uid holds the same: the file that names the hashes of all others is the same."""
    path = casebook.cases / uid / coming.index
    try:
        return sha256(path) == coming.sha256
    except OSError:
        return False


def _answers(session: Session, answers: Iterable[ExpertAnswer], uid: str, *, add: bool) -> int:
    """Add the answers that this case has not got, or only count them. One whose uid is taken gets a new one."""
    count = 0
    for answer in answers:
        known = session.get(AnswerRow, answer.uid)
        if known is not None and known.case_uid == uid:
            continue
        mine = row_of_answer(replace(answer, case_uid=uid, uid=answer.uid if known is None else new_uid()))
        if known is not None and _has(session, mine):
            continue
        count += 1
        if add:
            session.add(mine)
            session.flush()
    return count


def _has(session: Session, mine: AnswerRow) -> bool:
    """Whether its case has this answer already, under another uid."""
    names = [each.name for each in fields(ExpertAnswer) if each.name not in ("uid", *HERE_ONLY)]
    there = session.scalars(select(AnswerRow).where(AnswerRow.case_uid == mine.case_uid))
    return any(all(getattr(row, name) == getattr(mine, name) for name in names) for row in there)
