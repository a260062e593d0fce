"""A run's entries in the audit trail: submitted, started, resumed, asked to stop, ended, deleted.

Each is called in one place, whether a page, a shell or another engine is at work. None of them raises.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.audit import events
from core.audit.hashes import hashes_of
from core.audit.record import record
from core.base.run_folder import BEST, LAST, METRICS, RESULT, SPEC
from core.runs.spec import known_spec
from core.runs.status import MOST_NOTES, How, Status, write_status, written

CARDS = tuple(name.replace(".safetensors", ".json") for name in (BEST, LAST))
OUTCOME = (BEST, LAST, *CARDS, RESULT, METRICS)
MODELS = ("base", "classifier", "classifiers", "before", "after")  # arguments that name models


def submitted(folder: Path) -> None:
    """It was asked for. Whoever calls holds the run's lock, as in `resumed`: the status takes a note if that fails."""
    spec = known_spec(folder)
    facts = {"spec": spec, "files": hashes_of(folder, (SPEC,)), **_named(spec)}
    _note(folder, record(events.SUBMITTED, facts, run=folder, task=_task(folder)))


def resumed(folder: Path) -> None:
    """It goes on after a break; what of it was lost is told by the entry of its next end."""
    facts = {"attempt": written(folder).attempt, **_named(known_spec(folder))}
    _note(folder, record(events.RESUMED, facts, run=folder, task=_task(folder)))


def stop_asked(folder: Path, how: How) -> None:
    """Somebody wants it to stop."""
    record(events.STOP, {"how": how}, run=folder, task=_task(folder))


def shared(folder: Path, everyone: bool) -> None:
    """Everybody sees it from now on, or no longer."""
    record(events.SHARED if everyone else events.UNSHARED, {"what": "run", "name": folder.name}, run=folder)


def deleted(folder: Path) -> None:
    """Its folder is gone."""
    record(events.DELETED, {}, run=folder)


def started(folder: Path, status: Status) -> str:
    """Its turn has come, with the settings as they are; "" or why there is no entry."""
    facts = {"attempt": status.attempt, "device": known_spec(folder).get("device", "cpu")}
    return record(events.STARTED, facts | {"files": hashes_of(folder, (SPEC,))}, run=folder, task=_task(folder))


def ended(folder: Path, state: str, said: str, status: Status) -> str:
    """It is over, and this came out; "" or why there is no entry."""
    facts = {"state": state, "said": said[:1_000], "attempt": status.attempt, "files": hashes_of(folder, OUTCOME)}
    return record(events.ENDED, facts, run=folder, task=_task(folder))


def _task(folder: Path) -> str:
    return str(known_spec(folder).get("task", ""))


def _named(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Models, data and the fingerprint of data of one's own, as the arguments name them."""
    arguments = spec.get("arguments") or {}
    models = [arguments.get(name) for name in MODELS]
    flat = [each for one in models for each in (one if isinstance(one, list) else [one]) if isinstance(each, str)]
    found = {"models": flat, "data": arguments.get("data"), "data_fingerprint": arguments.get("data_fingerprint")}
    return {name: value for name, value in found.items() if value}


def _note(folder: Path, note: str) -> None:
    with suppress(OSError):
        status = written(folder)
        if note and note not in status.notes:
            write_status(folder, replace(status, notes=(*status.notes, note)[-MOST_NOTES:]))
