"""What the casebook hands out and is asked by: a saved case, what to look for, that one was changed meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.access.person import Person

Kind = Literal["image", "comparison"]
Source = Literal["inspect", "compare", "batch", "import"]
HERE_ONLY = ("owner", "owner_name", "shared")  # what is not taken along
SOURCES: tuple[Source, ...] = ("inspect", "compare", "batch", "import")


@dataclass(frozen=True)
class SavedCase:
    """A case as it is listed; what was computed is loaded apart.

    created, changed, deleted: in UTC, the last None unless it was deleted. revision: from 1, one more with each edit.
    classifier: of a comparison the one before refinement, `classifier_after` the other; the answers are the former's,
    in words, on the original and on the attacked image. norm: "linf", "l2", "l1" or "l0"; strength: what the attack
    was allowed in it, or, where it looks for the smallest change, what it needed. fooled: None where the attack found
    no gradient to follow. defended: whether the model before was fooled and the one after was not; None if that is
    not known, and for an image. label: the true class in words, "" if unknown. study_id: the id of what was asked.
    owner, owner_name: the person whose it is, "" for nobody; shared: whether everybody here may see it.
    """

    uid: str
    kind: Kind
    title: str
    note: str
    tags: tuple[str, ...]
    created: datetime
    changed: datetime
    deleted: datetime | None
    revision: int
    study_id: str
    source: Source
    image: str
    image_name: str
    image_sha256: str
    classifier: str
    classifier_after: str | None
    attack: str
    norm: str
    strength: float
    fooled: bool | None
    defended: bool | None
    label: str
    answer_before: str
    answer_after: str
    owner: str = ""
    owner_name: str = ""
    shared: bool = False

    def belongs_to(self, person: Person) -> bool:
        return bool(self.owner) and self.owner == person.id

    def nobodys(self) -> bool:
        return not self.owner

    def open_to_all(self) -> bool:
        return self.shared or self.nobodys()

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON but whose it is, which means nothing elsewhere; moments as text."""
        told = {name: value for name, value in self.__dict__.items() if name not in HERE_ONLY}
        moments = {name: value.isoformat() for name, value in told.items() if isinstance(value, datetime)}
        return told | moments | {"tags": list(self.tags)}


@dataclass(frozen=True)
class CaseFilter:
    """What to look for; "", None and () ask for nothing.

    text: words that must all occur, in whatever case, in the title, the note, the tags, the answers of the models, the
    label, the picture's name, or what experts wrote. classifier: before or after refinement. tags: all of them.
    deleted: the deleted ones, instead of the others.
    """

    text: str = ""
    kind: str = ""
    classifier: str = ""
    attack: str = ""
    fooled: bool | None = None
    defended: bool | None = None
    label: str = ""
    tags: tuple[str, ...] = ()
    study_id: str = ""
    deleted: bool = False


@dataclass(frozen=True)
class Choices:
    """What can be chosen in a filter: every value that a case has which is not deleted, in order."""

    kinds: tuple[str, ...] = ()
    classifiers: tuple[str, ...] = ()
    attacks: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class ChangedMeanwhile(ValueError):
    """Somebody else has changed a case since it was read; `current` is how it is now."""

    def __init__(self, current: SavedCase) -> None:
        super().__init__("somebody else has changed this case meanwhile")
        self.current = current
