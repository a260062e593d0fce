"""What casebook.json says of the cases in an archive, every part as it must be, or one sentence on which is not."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import get_args

from core.base.errors import Unreadable
from core.base.plain_line import plain_line
from core.casebook import answers, texts
from core.casebook.answers import ExpertAnswer, checked
from core.casebook.archives.export import INDEX, MASKS
from core.casebook.archives.limits import LARGEST_INDEX, MASK, MOST_ANSWERS, MOST_CASES
from core.casebook.mask_png import LARGEST as LARGEST_MASK
from core.casebook.mask_png import read_mask
from core.casebook.records import HERE_ONLY, SOURCES, Kind, SavedCase
from core.untrusted.foreign_json import parse_object
from core.untrusted.json_part import Part

KIND, VERSION = "counterproof casebook", 1
UID = r"[0-9a-f]{16}"
ANY = r"(?s).*"
Read = Callable[[str, int], bytes]  # the bytes of a member of the archive by its name, at most so many


@dataclass(frozen=True)
class Told:
    """What people wrote of a case, and what its bundle cannot tell. answers: with their uids and moments."""

    uid: str
    kind: Kind
    title: str
    note: str
    tags: tuple[str, ...]
    created: datetime
    changed: datetime
    study_id: str
    image_name: str
    label: str
    answers: tuple[ExpertAnswer, ...]


def read_index(raw: bytes, read: Read, members: Iterable[str]) -> list[Told]:
    """The cases that casebook.json tells of; `members` are the names in the archive. Unreadable in one sentence."""
    parts = Part(parse_object(raw, INDEX, LARGEST_INDEX), INDEX).record(("kind", "version", "counterproof", "cases"))
    parts["kind"].one_of([KIND])
    if parts["version"].whole(1) > VERSION:
        parts["version"].refuse(f"one that is known here, up to {VERSION}: it comes from a newer version")
    parts["counterproof"].text(40, r"[!-~]+")
    names = set(members)
    found = [_case(each, read, names) for each in parts["cases"].entries(MOST_CASES)]
    if len({each.uid for each in found}) < len(found):
        parts["cases"].refuse("a list of different cases")
    return found


def _case(told: Part, read: Read, members: set[str]) -> Told:
    parts = told.record([*(each.name for each in fields(SavedCase) if each.name not in HERE_ONLY), "answers"])
    uid = parts["uid"].text(16, UID)
    parts["source"].one_of(SOURCES)
    kind = parts["kind"].one_of(get_args(Kind))
    tags = tuple(each.text(1000, ANY) for each in parts["tags"].entries(texts.TAGS))
    title = parts["title"].text(50 * texts.TITLE, ANY)
    note = parts["note"].text(texts.NOTE, ANY)
    said = [_answer(each, uid, read, members) for each in parts["answers"].entries(MOST_ANSWERS)]
    if len({each.uid for each in said}) < len(said):
        parts["answers"].refuse("a list of different answers")
    return Told(
        uid, "image" if kind == "image" else "comparison", texts.title(title), texts.note(note),
        tuple(texts.tags(tags).values()), moment(parts["created"]), moment(parts["changed"]),
        parts["study_id"].text(16, UID), plain_line(parts["image_name"].text(1000, ANY), 200),
        plain_line(parts["label"].text(1000, ANY), 300), tuple(said),
    )  # fmt: skip


def _answer(told: Part, case_uid: str, read: Read, members: set[str]) -> ExpertAnswer:
    parts = told.record(each.name for each in fields(ExpertAnswer) if each.name not in answers.HERE_ONLY)
    values = {name: each.value for name, each in parts.items()}
    if parts["case_uid"].value != case_uid:
        parts["case_uid"].refuse("the uid of its case")
    uid = parts["uid"].text(16, UID)
    for name in ("expert", "comment"):
        parts[name].text(10_000, ANY)
    for name in ("height", "width"):
        parts[name].whole(1, 4096)
    for name in MASKS:
        if values[name] is None:
            continue
        place = f"{case_uid}/answers/{uid}_{name}.png"
        if parts[name].text(100, ANY) != place or not re.fullmatch(MASK, place.partition("/")[2]):
            parts[name].refuse("the name of the picture that belongs to this answer")
        if place not in members:
            raise Unreadable(f"{parts[name].where} names a picture that is missing")
        values[name] = read(place, LARGEST_MASK)
        read_mask(values[name], values["height"], values["width"])
    return checked(ExpertAnswer(**(values | {"created": moment(parts["created"])})))


def moment(told: Part) -> datetime:
    """A moment, with its zone, in UTC."""
    try:
        found = datetime.fromisoformat(told.text(40))
    except ValueError:
        told.refuse("a moment, such as 2026-01-31T12:00:00+00:00")
    if found.tzinfo is None or not 2000 <= found.year <= 9000:
        told.refuse("a moment with its zone, from the year 2000 on")
    return found.astimezone(UTC)
