"""The limits that the owner sets: how many bytes of each kind are kept, in `retention.json` of the user's folder.

{"limits": {"uploads": "5GB", "runs": "50GB"}}. Only the standard library is needed.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from core.base.atomic_files import write_whole
from core.base.errors import Unreadable
from core.base.paths import home
from core.operations.sizes import in_words, size_of
from core.untrusted.foreign_json import read_object

NAME = "retention.json"
LARGEST = 100_000  # bytes
KINDS = {  # what may have a limit -> what it is
    "uploads": "uploaded pictures that no saved case and no run needs",
    "studies": "studies that were computed and are kept so that they need not be again",
    "runs": "what completed runs have kept to go on from",
    "logs": "full files of the server's log",
}
NONE = "none"  # instead of a size: no limit


def limits_file() -> Path:
    """The file; OSError in one sentence if $COUNTERPROOF_HOME names no folder."""
    return home() / NAME


def limits() -> dict[str, int]:
    """Kind -> bytes; empty where none was ever set. ValueError or OSError in one sentence if they cannot be read."""
    try:
        told = read_object(limits_file(), LARGEST).get("limits")
    except FileNotFoundError:
        return {}
    if not isinstance(told, dict):
        raise Unreadable(f"{NAME} has no limits")
    return changed({}, {str(kind): str(size) for kind, size in told.items()})


def changed(now: Mapping[str, int], wanted: Mapping[str, str]) -> dict[str, int]:
    """Limits with others set: a size each, or "none". ValueError in one sentence.

    >>> changed({"runs": 5}, {"uploads": "2KB", "runs": "none"})
    {'uploads': 2000}
    """
    found = dict(now)
    for kind, size in wanted.items():
        if kind not in KINDS:
            raise ValueError(f"expected a limit of one of {', '.join(KINDS)}, got one of {kind[:40]!r}")
        if size.strip().lower() == NONE:
            with suppress(KeyError):
                del found[kind]
        else:
            found[kind] = size_of(size)
    return found


def set_limits(wanted: Mapping[str, str]) -> dict[str, int]:
    """Set these limits, leave the others as they are; returns all. ValueError or OSError in one sentence."""
    found = changed(limits(), wanted)
    told = {"limits": {kind: _written(found[kind]) for kind in KINDS if kind in found}}
    write_whole(limits_file(), (json.dumps(told, indent=1) + "\n").encode())
    return found


def _written(size: int) -> str:
    """A size in words where these mean exactly that, else the number."""
    words = in_words(size).replace(" ", "").replace(",", "")
    return words if size_of(words) == size else str(size)
