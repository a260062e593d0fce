"""A collection: pictures gathered to be studied together, kept by content: a run needs no folder and no ZIP."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from core.access.belonging import belonging, is_visible
from core.base.atomic_files import write_whole
from core.base.errors import Unreadable
from core.base.paths import home
from core.base.plain_line import plain_line
from core.images.uploads import is_upload
from core.untrusted.foreign_json import read_object

FOLDER = "collections"  # of the user's folder
MOST = 10_000  # pictures
LARGEST = 16 * 10**6  # bytes of the file of a collection
LONGEST = 300  # characters of a name or a reason
_NAME = re.compile(r"set/[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True)
class Item:
    """A picture by the name of its upload, or, where that is "", a file that is not used and why, in a sentence.

    folder: the folder it lay in, which may be its class; "" for none.
    """

    image: str
    name: str
    folder: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Collection:
    """What was gathered, in order; notes: sentences on what was passed over."""

    items: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def pictures(self) -> int:
        """How many pictures can be studied."""
        return sum(bool(each.image) for each in self.items)

    def joined(self, other: "Collection") -> "Collection":
        """These and those of another; a picture that is here already comes as a file that is counted once."""
        return Collection(once((*self.items, *other.items)), tuple(dict.fromkeys((*self.notes, *other.notes))))


def once(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items, each picture the first time only: later it says which one it is the same as."""
    first: dict[str, str] = {}
    found = []
    for each in items:
        if each.image and each.image in first:
            said = f"it is the same picture as {first[each.image]}, and is counted once"
            found.append(Item("", each.name, each.folder, said))
            continue
        if each.image:
            first[each.image] = each.name
        found.append(each)
    return tuple(found)


def is_collection(name: str) -> bool:
    """Whether this can be the name of a collection, such as "set/0123456789abcdef"."""
    return _NAME.fullmatch(name) is not None


def keep(collection: Collection) -> str:
    """Keep a collection on this machine; returns its name. ValueError in a sentence if there are too many files."""
    if len(collection.items) > MOST:
        raise ValueError(f"there are {len(collection.items):,} files; a batch can have at most {MOST:,}")
    raw = json.dumps(asdict(collection), ensure_ascii=True, sort_keys=True).encode()
    short = hashlib.sha256(raw).hexdigest()[:16]
    place = home() / FOLDER / f"{short}.json"
    belonging("collections", short).claim(there=place.is_file())
    write_whole(place, raw)
    return f"set/{short}"


def kept(name: str) -> Collection:
    """The collection of that name; ValueError in a sentence if it is not here, or is not what was kept."""
    if not is_collection(name) or not is_visible("collections", name.removeprefix("set/")):
        raise ValueError("there is no collection of pictures of that name")
    try:
        told = read_object(home() / FOLDER / f"{name.removeprefix('set/')}.json", LARGEST, "the list of pictures")
    except FileNotFoundError as error:
        raise ValueError("the list of these pictures is no longer here; add them again") from error
    return _read(told)


def _read(told: dict[str, Any]) -> Collection:
    try:
        items = tuple(Item(**{name: _text(value) for name, value in each.items()}) for each in told["items"])
        notes = tuple(_text(each) for each in told["notes"])
    except (KeyError, TypeError, AttributeError) as error:
        raise Unreadable("the list of pictures is damaged; add them again") from error
    if len(items) > MOST or not all(is_upload(each.image) if each.image else each.reason for each in items):
        raise Unreadable("the list of pictures is damaged; add them again")
    return Collection(items, notes)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("expected a text")
    return plain_line(value, LONGEST)
