"""The casebook: cases saved, found, edited, deleted and restored; a row is never there without its whole folder."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.permission import require
from core.audit.events import CASE_EDITED, CASE_SAVED
from core.audit.record import record
from core.casebook import removal, texts
from core.casebook.choices import choices
from core.casebook.facts import facts
from core.casebook.find import conditions, newest
from core.casebook.folders import read_folder, write_folder
from core.casebook.opening import opened, told
from core.casebook.owners import owned
from core.casebook.places import CASES, DATABASE, casebook_folder, is_uid, new_uid
from core.casebook.records import SOURCES, CaseFilter, ChangedMeanwhile, Choices, SavedCase, Source
from core.casebook.rows import record_of, row_of, tag_rows
from core.casebook.tables import CaseRow
from core.compare.comparison import Comparison
from core.study.study import Study

ALL = CaseFilter()
KEPT = timedelta(days=30)  # that a deleted case can be restored


class Casebook:
    """The casebook in a folder; safe for many threads and several processes.

    Opening makes it, brings an older one up to date, and sweeps away what a killed save has left: ValueError in one
    sentence if its database is damaged or of a newer version, OSError if it cannot be had. Every method may raise
    OSError, and Refused (a ValueError) where who is acting may not; cases that they may not see are not there for them.
    """

    def __init__(self, folder: Path) -> None:
        self.path, self.cases = folder / DATABASE, folder / CASES
        self._engine = opened(folder)
        self._writing = self._engine.execution_options(writes=True)
        removal.sweep(self)

    @classmethod
    def usual(cls) -> "Casebook":
        """The one of this user."""
        return cls(casebook_folder())

    @contextmanager
    def session(self, writes: bool = False) -> Iterator[Session]:
        """A transaction; of those that write, there is one at a time."""
        with told(self.path), Session(self._writing if writes else self._engine) as session, session.begin():
            yield session

    def save(
        self, contents: Study | Comparison, *, title: str, note: str = "", tags: Iterable[str] = (), label: str = "",
        source: Source,
    ) -> SavedCase:  # fmt: skip
        """Keep a study or a comparison as a new case.

        title: 1 to 200 characters on one line; note: at most 20,000; tags: at most 20 of at most 50 characters, each
        once whatever its case; label: the true class in words, if known. ValueError in one sentence for texts beyond
        that, and for what has not been attacked yet.
        """
        require("save")
        if source not in SOURCES:
            raise ValueError(f"expected the source to be one of {', '.join(SOURCES)}, got {source!r}")
        now, uid, kept = datetime.now(UTC), new_uid(), texts.tags(tags)
        row = CaseRow(
            uid=uid, title=texts.title(title), note=texts.note(note), created=now, changed=now, source=source,
            tags=tag_rows(kept), **facts(contents, label), **owned(),
        )  # fmt: skip
        write_folder(contents, self.cases, uid)
        with self.session(writes=True) as session:
            if not (self.cases / uid).is_dir():  # so long ago that it was taken for what a killed save had left
                raise OSError(f"the folder of the case, {self.cases / uid}, is gone")
            session.add(row)
            session.flush()
            made = record_of(row)
        record(CASE_SAVED, {"case": uid, "image_sha256": made.image_sha256})
        return made

    def get(self, uid: str) -> SavedCase:
        """The case, also a deleted one; ValueError in one sentence if there is none."""
        with self.session() as session:
            return record_of(row_of(session, uid))

    def find(self, filters: CaseFilter = ALL, *, most: int | None = None, skip: int = 0) -> list[SavedCase]:
        """The cases that fulfil it, the newest first: at most `most`, after the first `skip`."""
        with self.session() as session:
            return [record_of(row) for row in session.scalars(newest(filters, most, skip))]

    def count(self, filters: CaseFilter = ALL) -> int:
        """How many cases fulfil it."""
        with self.session() as session:
            return session.scalar(select(func.count()).select_from(CaseRow).where(conditions(filters))) or 0

    def choices(self) -> Choices:
        """Every value that a filter can ask for."""
        with self.session() as session:
            return choices(session)

    def edit(self, uid: str, revision: int, *, title: str, note: str, tags: Iterable[str]) -> SavedCase:
        """Change what people wrote, based on `revision`; the same bounds as in `save`.

        ChangedMeanwhile (a ValueError) with the current record if somebody else has changed it since that revision.
        """
        line, text, kept = texts.title(title), texts.note(note), texts.tags(tags)
        with self.session(writes=True) as session:
            row = row_of(session, uid)
            require("save", record_of(row))
            if row.revision != revision:
                raise ChangedMeanwhile(record_of(row))
            row.title, row.note, row.changed = line, text, datetime.now(UTC)
            row.tags.clear()
            session.flush()
            row.tags.extend(tag_rows(kept))
            session.flush()
            made = record_of(row)
        record(CASE_EDITED, {"case": uid, "revision": made.revision})
        return made

    def delete(self, uids: Iterable[str]) -> int:
        """Put cases aside; they can be had back by `undo` until they are purged. How many there were to delete."""
        return removal.mark(self, uids, datetime.now(UTC))

    def undo(self, uids: Iterable[str]) -> int:
        """Have deleted cases back as they were. How many there were to restore."""
        return removal.mark(self, uids, None)

    def purge(self, older_than: timedelta = KEPT) -> list[str]:
        """Remove the cases that were deleted longer ago than that, for good: first the rows, then the folders."""
        return removal.purge(self, older_than)

    def load(self, uid: str) -> Study | Comparison:
        """What was computed, equal to what was saved, whatever has become of its models.

        ValueError in one sentence if there is no such case, or a file of it is missing or was changed.
        """
        return read_folder(self.folder(uid), self.get(uid).kind)

    def folder(self, uid: str) -> Path:
        """Where the files of a case lie; ValueError if this is no case's name."""
        if not is_uid(uid):
            raise ValueError("there is no such case")
        return self.cases / uid
