"""The tables of the casebook as SQLAlchemy sees them; core/casebook/migrations makes them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A moment, kept as text in UTC that sorts by time; what comes back has its zone."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Any) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Table(DeclarativeBase):
    """What every table descends from."""

    type_annotation_map = {datetime: Moment}


class CaseRow(Table):
    """A case: what people wrote of it, and the facts by which it is found. Its contents lie in its folder.

    owner, owner_name: the person whose it is, "" for nobody; shared: whether everybody may see it all the same.

    revision: how often what people wrote was changed, from 1; a change that is based on another revision is refused.
    """

    __tablename__ = "cases"

    uid: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime]
    changed: Mapped[datetime]
    deleted: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column()
    study_id: Mapped[str]
    source: Mapped[str]
    image: Mapped[str]
    image_name: Mapped[str]
    image_sha256: Mapped[str]
    classifier: Mapped[str]
    classifier_after: Mapped[str | None]
    attack: Mapped[str]
    norm: Mapped[str]
    strength: Mapped[float] = mapped_column(Float)
    fooled: Mapped[bool | None]
    defended: Mapped[bool | None]
    label: Mapped[str]
    answer_before: Mapped[str]
    answer_after: Mapped[str]
    owner: Mapped[str] = mapped_column(String(24))
    owner_name: Mapped[str] = mapped_column(String(100))
    shared: Mapped[bool]
    tags: Mapped[list["TagRow"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="TagRow.place", lazy="selectin"
    )

    __mapper_args__ = {"version_id_col": revision}


class TagRow(Table):
    """A tag of a case, as it was written, and folded so that `Chest` and `chest` are one."""

    __tablename__ = "tags"

    case_uid: Mapped[str] = mapped_column(ForeignKey("cases.uid", ondelete="CASCADE"), primary_key=True)
    folded: Mapped[str] = mapped_column(primary_key=True)
    tag: Mapped[str]
    place: Mapped[int]


class AnswerRow(Table):
    """What an expert said of a case; never changed: who thinks otherwise later gives another answer."""

    __tablename__ = "answers"

    uid: Mapped[str] = mapped_column(String(16), primary_key=True)
    case_uid: Mapped[str] = mapped_column(ForeignKey("cases.uid", ondelete="CASCADE"))
    expert: Mapped[str]
    created: Mapped[datetime]
    order_shown: Mapped[str]
    verdict: Mapped[str | None]
    guess: Mapped[str | None]
    attacked_side: Mapped[str | None]
    comment: Mapped[str] = mapped_column(Text)
    drawn: Mapped[str] = mapped_column(Text)
    relevant: Mapped[bytes | None] = mapped_column(LargeBinary)
    spurious: Mapped[bytes | None] = mapped_column(LargeBinary)
    height: Mapped[int]
    width: Mapped[int]
    person: Mapped[str] = mapped_column(String(24))
