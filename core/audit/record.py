"""The one way into the audit trail. It never makes a run fail: where it cannot be written, a sentence says so."""

import os
import pwd
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.access.acting import acting
from core.access.person import NOBODY
from core.audit.append import append
from core.audit.code_version import code_version
from core.audit.places import trail_folder
from core.audit.receipts import give
from core.base.run_folder import runs_folder

LONG = 100_000  # bytes of an entry from which on its settings are left out; their hash is there


def record(event: str, facts: Mapping[str, Any], *, run: Path | None = None, task: str = "") -> str:
    """Add an entry; "" if it stands there, else why not, in a sentence for the user.

    facts: JSON; "files": {name: SHA-256} is what `verify` compares with the files on disk. run: the folder of the run
    it is about, which is given the receipt.
    """
    said: dict[str, Any] = {"event": event, "task": task, "facts": dict(facts)}
    try:
        if run is not None:
            said["run"] = run.name
            if run.parent != runs_folder().absolute():
                said["facts"] = said["facts"] | {"elsewhere": True}  # not where `verify` looks
        said["code"] = code_version()
        try:
            entry = append(trail_folder(), _short(said), _stamp)
        except (ValueError, TypeError):
            entry = append(trail_folder(), _short(said, longest=0), _stamp)
        if run is not None and run.is_dir():
            give(run, entry)
    except (OSError, ValueError, TypeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return f"The audit trail cannot be written, so what happens here is missing in it: {reason}."
    return ""


def user() -> str:
    """The name that the system has for who runs this process; its number where there is no name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _stamp() -> Mapping[str, Any]:
    person = acting()
    known = person.signed_in and person != NOBODY
    named = {"person": {"id": person.id, "name": person.name}} if known else {}
    return {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "who": user()} | named


def _short(said: Mapping[str, Any], longest: int = LONG) -> Mapping[str, Any]:
    """`said` without settings that are too long for an entry, or cannot be read back."""
    facts = said["facts"]
    if "spec" in facts and len(repr(facts["spec"])) > longest:
        return {**said, "facts": {name: value for name, value in facts.items() if name != "spec"}}
    return said
