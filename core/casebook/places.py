"""Where the casebook lies, what is in its folder, and what a case in it is called."""

import re
import secrets
from pathlib import Path

from core.base.paths import home

DATABASE = "casebook.sqlite"
CASES = "cases"  # a folder for each case, called by its uid: the bundle, and beside its files the thumbnail
LOCK = "lock"  # held by whoever brings the database up to date
LOST = ".lost"  # beside `CASES`: the folders of cases that are in no row, as they were
BUSY = ".parts.lock"  # held by whoever brings in cases: what is hidden in `CASES` is then not left over
THUMBNAIL = "thumbnail.png"  # in a case's folder; no manifest names it
PART = ".part"  # how a folder is called that is not whole yet, or about to go: .UID.part

_UID = re.compile(r"[0-9a-f]{16}")


def casebook_folder() -> Path:
    """The folder of the casebook. (`home()/cases` is another: what was computed, kept so that it need not be again.)"""
    return home() / "casebook"


def new_uid() -> str:
    """The name of a new case or answer: 16 hexadecimal digits drawn at random."""
    return secrets.token_hex(8)


def is_uid(text: str) -> bool:
    """Whether this can be the name of a case.

    >>> is_uid("0123456789abcdef"), is_uid("../cases"), is_uid("0123456789ABCDEF")
    (True, False, False)
    """
    return _UID.fullmatch(text) is not None


def hidden(uid: str) -> str:
    """What the folder of a case is called while it is not whole.

    >>> hidden("0123456789abcdef")
    '.0123456789abcdef.part'
    """
    return f".{uid}{PART}"
