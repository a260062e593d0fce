"""What the arguments of a run name: who starts it must be one who may see all of that, as its worker can read it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.access.acting import acting
from core.access.belonging import Belonging, is_visible
from core.access.permission import Refused, visible
from core.base.run_folder import OWNER, is_name, runs_folder

DATA = ("data", "test", "train")  # arguments in which "own:NAME" is data; elsewhere it is a model
MARKED = ("regions", "marked")
FREE = ("title",)  # what people write
_PUBLISHED = re.compile(r"[A-Za-z0-9_-]*")


def expect_visible(arguments: Any) -> None:
    """Refused, in one sentence, if the arguments name something that who is acting may not see."""
    if not acting().signed_in:
        return
    for key, text in _texts(arguments, ""):
        if not _may_see(key, text):
            raise Refused(f"there is nothing here called {text[:60]!r}")


def _texts(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """Every text, with the name that it, or the list it is in, stands under."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(each, str(name))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each, key)


def _may_see(key: str, text: str) -> bool:
    if key in FREE:
        return True
    kind, _, name = text.partition(":")
    if kind == "run" and is_name(name.partition(".")[0]):
        return visible(Belonging(runs_folder() / name.partition(".")[0] / OWNER))
    if kind == "own" and name:
        short = name.partition("@")[0]
        return "/" in short or short.startswith(".") or is_visible("data" if key in DATA else "models", short)
    kind, _, name = text.partition("/")
    if kind == "upload" and name:
        return _known("uploads", name.partition("@")[0])
    if kind == "set" and name:
        return _known("collections", name)
    if key in MARKED:
        return _known("marked", text)
    if key in DATA:  # a place on this machine is for who has a shell there
        return _PUBLISHED.fullmatch(text) is not None
    return not Path(text).is_absolute()


def _known(kind: str, name: str) -> bool:
    """Whether it may be seen; a text that can be no name of such a thing names none."""
    try:
        return is_visible(kind, name)
    except ValueError:
        return True
