"""Whose a thing on the disk is: a folder beside it with a file for each person who has it, and one if it is shared.

A thing without that folder is nobody's, and everybody may see it. A file for each person means that two who bring the
same picture at once do not overwrite one another.
"""

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.access.acting import acting
from core.access.permission import require, visible
from core.access.person import Person, is_person_id
from core.access.roles import Action
from core.base.atomic_files import write_whole
from core.base.paths import home
from core.base.plain_line import plain_line
from core.untrusted.foreign_json import read_object

FOLDER = "belongings"  # of the user's folder
SHARED = "everyone"
LARGEST = 10_000  # bytes of a person's file
KINDS = ("uploads", "collections", "models", "data", "marked")


@dataclass(frozen=True)
class Belonging:
    """By the folder `place` that says whose a thing is; the thing may be gone, or never have been."""

    place: Path

    def _has(self, name: str) -> bool:
        return (self.place / name).is_file()

    def belongs_to(self, person: Person) -> bool:
        return is_person_id(person.id) and self._has(f"{person.id}.json")

    def shared(self) -> bool:
        """Whether everybody who signs in may see it though it is somebody's."""
        return self._has(SHARED)

    def nobodys(self) -> bool:
        return not self.place.exists()

    def open_to_all(self) -> bool:
        return self.nobodys() or self.shared()

    def people(self) -> tuple[str, ...]:
        """The names of those who have it, in order."""
        return tuple(_name(each) for each in self._files())

    def _files(self) -> list[Path]:
        try:
            return sorted(each for each in self.place.iterdir() if is_person_id(each.stem))
        except OSError:
            return []

    def called(self) -> str | None:
        """What who is acting calls it, by the file that they brought; who sees everything, what any of its people do.

        None if none of them calls it anything, or it is nobody's.
        """
        person = acting()
        mine = _told(self.place / f"{person.id}.json").get("called") if is_person_id(person.id) else None
        everybodys = not person.signed_in or person.role == "owner"
        names = [mine, *(_told(each).get("called") for each in (self._files() if everybodys else ()))]
        return next((each for each in names if isinstance(each, str)), None)

    def forget_names(self) -> None:
        """Forget what its people call it: the thing is gone, and such a name may be a patient's. OSError."""
        for each in self._files():
            told = _told(each)
            if told.pop("called", None) is not None:
                write_whole(each, json.dumps(told).encode())

    def claim(self, there: bool = False, called: str = "") -> None:
        """Note that who is acting has it; where nobody signs in, it stays nobody's. OSError.

        there: whether the thing is there already: if it is nobody's, it stays so. called: what they call it.
        """
        person = acting()
        if person.signed_in and not (there and self.nobodys()):
            told = {"name": person.name} | ({"called": called} if called else {})
            write_whole(self.place / f"{person.id}.json", json.dumps(told).encode())

    @contextmanager
    def anew(self) -> Iterator[None]:
        """Inside, a thing of this name is made, which there is none of yet: it is theirs who are acting; if it fails,
        nobody has it. OSError.
        """
        self.forget()
        try:
            self.claim()  # before it is there: nobody else ever sees it
            yield
        except BaseException:
            self.forget()
            raise

    def share(self, everyone: bool, action: Action) -> None:
        """Have everybody see it, or no longer; `action` is what its kind takes. Refused (a ValueError), OSError."""
        require(action, self)
        if self.nobodys():
            return  # everybody sees it already
        if everyone:
            write_whole(self.place / SHARED, b"")
        else:
            (self.place / SHARED).unlink(missing_ok=True)

    def forget(self) -> None:
        """The thing is gone: whoever makes one of its name makes a new one."""
        shutil.rmtree(self.place, ignore_errors=True)


def belonging(kind: str, name: str) -> Belonging:
    """Of a thing of one of `KINDS` by its name, which is one that a file can have."""
    if kind not in KINDS or not name or "/" in name or name.startswith("."):
        raise ValueError(f"there is nothing called {plain_line(name, 60)!r}")
    return Belonging(home() / FOLDER / kind / name)


def is_visible(kind: str, name: str) -> bool:
    """Whether who is acting may see the thing of that name."""
    return visible(belonging(kind, name))


def visible_names(kind: str, names: Iterable[str]) -> list[str]:
    """Those of the things that who is acting may see."""
    return [name for name in names if is_visible(kind, name)]


def _name(path: Path) -> str:
    name = _told(path).get("name")
    return plain_line(name, 100) if isinstance(name, str) else "somebody"


def _told(path: Path) -> dict[str, Any]:
    try:
        return read_object(path, LARGEST, "whose it is")
    except (OSError, ValueError):
        return {}
