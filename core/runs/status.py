"""How a run stands: what its worker wrote last, corrected by whether anyone still works on it."""

from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from core.base.run_folder import LOCK, STATUS, STOP
from core.runs.files import held, read_json, write_json

State = Literal["queued", "starting", "running", "stopping", "completed", "failed", "stopped", "lost"]
How = Literal["save", "now"]
LIVE = frozenset({"queued", "starting", "running", "stopping"})
UNREADABLE = "Its status cannot be read. It can be resumed from its last saved point, or deleted."
LOST = "The worker ended without a word: it was killed, or the machine went down. It can be resumed."


@dataclass(frozen=True)
class Status:
    """One moment of a run. Times are seconds since 1970; `left` is an estimate in seconds, None while there is none.

    `said` is one sentence on what happens or how it ended; `notes` are the task's own remarks, such as a halved batch.
    """

    state: State = "queued"
    said: str = ""
    notes: tuple[str, ...] = ()
    progress: float = 0.0
    left: float | None = None
    step: int = -1
    submitted: float = 0.0
    queued: float = 0.0
    started: float | None = None
    ended: float | None = None
    attempt: int = 1
    pid: int = 0
    host: str = ""
    updated: float = 0.0

    @property
    def alive(self) -> bool:
        return self.state in LIVE


def write_status(folder: Path, status: Status) -> None:
    """Replace the status of the run in `folder`; only the holder of its lock does."""
    write_json(folder / STATUS, asdict(status))


def stop_asked(folder: Path) -> How | None:
    """How the run in `folder` was asked to stop, if it was."""
    if not (folder / STOP).exists():
        return None
    return "now" if (read_json(folder / STOP) or {}).get("how") == "now" else "save"


def written(folder: Path) -> Status:
    """The status as its worker left it; a run whose status cannot be read, or makes no sense, was lost."""
    found: dict[str, Any] = read_json(folder / STATUS) or {}
    values = {entry.name: found[entry.name] for entry in fields(Status) if entry.name in found}
    if "state" not in values or not all(_fits(name, value) for name, value in values.items()):
        return Status("lost", UNREADABLE)
    return Status(**values | {"notes": tuple(values.get("notes", ()))})


def _fits(name: str, value: Any) -> bool:
    """Whether a value is of the kind that a status has under this name."""
    if name == "state":
        return value in get_args(State)
    if name in ("said", "host"):
        return isinstance(value, str)
    if name == "notes":
        return isinstance(value, list) and all(isinstance(note, str) for note in value)
    unset = value is None and name in ("left", "started", "ended")
    return unset or (isinstance(value, int | float) and not isinstance(value, bool))


def read_status(folder: Path) -> Status:
    """How the run in `folder` stands now, whoever asks.

    The lock is looked at first: what a worker writes before it ends is then read, and not taken for lost.
    """
    alive = held(folder / LOCK)
    status = written(folder)
    if status.state not in LIVE:
        return status
    if not alive and not held(folder / LOCK):  # the second look: it may have been resumed in between
        if stop_asked(folder) == "now":
            return replace(status, state="stopped", said="Stopped at once.", left=None)
        return replace(status, state="lost", said=LOST, left=None)
    return replace(status, state="stopping") if stop_asked(folder) else status
