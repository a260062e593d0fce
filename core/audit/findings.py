"""What `verify` finds: each thing that does not fit, with the entry it is about, in a sentence."""

from dataclasses import dataclass
from typing import Literal

from core.audit.entry import Entry

Kind = Literal["altered", "removed", "inserted", "moved", "head", "receipt", "file", "expected", "unreadable"]


@dataclass(frozen=True)
class Finding:
    """entry: the number of the first entry concerned, 0 where it is about none; said: one sentence, no full stop."""

    kind: Kind
    entry: int
    said: str


@dataclass(frozen=True)
class Report:
    """The state of a trail. entries: those that stand in it, by their numbers, the altered ones too.

    findings: what does not fit, the first entry first, none if the trail is whole; notes: what is worth knowing and no
    fault, in sentences without a full stop; head: the hash of the last entry, to be noted elsewhere, "" if none.
    """

    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    head: str

    @property
    def whole(self) -> bool:
        return not self.findings
