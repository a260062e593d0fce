"""How a run stands: what its worker wrote last, corrected by whether anyone still works on it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from core.base.errors import Unreadable
from core.base.run_folder import LOCK, STATUS, STOP
from core.runs.files import held, read_part, write_json
from core.runs.hints import WAIT
from core.runs.launch_file import read_launch
from core.runs.launch_status import standing

State = Literal["queued", "starting", "running", "stopping", "completed", "failed", "stopped", "lost", "unreadable"]
How = Literal["save", "now"]
LIVE = frozenset({"queued", "starting", "running", "stopping"})
CALLED = "its status"
LARGEST = 10**6  # bytes
LATEST = 253_402_300_799.0  # seconds since 1970: the end of the year 9999
MOST_NOTES = 500
WANTED = {
    "state": "state of a run", "said": "text", "host": "text", "notes": "list of texts",
    "progress": "number from 0 to 1", "left": "number of seconds", "step": "whole number from -1 up",
    "attempt": "whole number from 1 up", "pid": "whole number from 0 up",
}  # fmt: skip
LEAST = {"step": -1, "attempt": 1, "pid": 0}  # whole numbers
UNREADABLE = "It can be resumed from its last saved point, or deleted."  # after the reason
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
    try:
        return "now" if read_part(folder / STOP, "its stop", LARGEST).get("how") == "now" else "save"
    except Unreadable:
        return "save"


def to_go_on(folder: Path) -> bool:
    """Whether the stop that was asked for is the engine's, which will start the run again."""
    try:
        return read_part(folder / STOP, "its stop", LARGEST).get("again") is True
    except Unreadable:
        return False


def written(folder: Path) -> Status:
    """The status as its worker left it; one that cannot be read, or makes no sense, says why."""
    try:
        return parse(read_part(folder / STATUS, CALLED, LARGEST))
    except Unreadable as error:
        return Status("unreadable", f"{str(error)[:1].upper()}{str(error)[1:]}. {UNREADABLE}")


def parse(said: Mapping[str, Any]) -> Status:
    """The status in a JSON object; Unreadable in one sentence.

    >>> parse({"state": "running", "progress": 1.5})
    Traceback (most recent call last):
    core.base.errors.Unreadable: its status has a progress that is no number from 0 to 1
    """
    values = {entry.name: said[entry.name] for entry in fields(Status) if entry.name in said}
    if "state" not in values:
        raise Unreadable(f"{CALLED} does not say its state")
    for name, value in values.items():
        if not _fits(name, value):
            wanted = WANTED.get(name, "time up to the year 9999")
            raise Unreadable(f"{CALLED} has {_an(name)} {name} that is no {wanted}")
    return Status(**values | {"notes": tuple(values.get("notes", ()))})


def _an(name: str) -> str:
    return "an" if name[0] in "aeiou" else "a"


def _fits(name: str, value: Any) -> bool:
    """Whether a value is of the kind that a status has under this name, and in its range."""
    if name == "state":
        return isinstance(value, str) and value in get_args(State)
    if name in ("said", "host"):
        return isinstance(value, str)
    if name == "notes":
        return isinstance(value, list) and len(value) <= MOST_NOTES and all(isinstance(note, str) for note in value)
    if value is None:
        return name in ("left", "started", "ended")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    if name in LEAST:
        return isinstance(value, int) and LEAST[name] <= value < 2**63
    lowest = -LATEST if name == "left" else 0  # an estimate may fall a little below
    return lowest <= value <= (1 if name == "progress" else LATEST)


def read_status(folder: Path, wait: float = WAIT) -> Status:
    """How the run in `folder` stands now, whoever asks. wait: seconds for the first answer of an engine.

    The lock is looked at first: what a worker writes before it ends is then read, and not taken for lost. A run that
    was handed to an engine is judged by its heartbeat instead, and by what the engine says.
    """
    if (launch := read_launch(folder)) is not None:
        status = written(folder)
        found = standing(folder, launch, status, stop_asked(folder), wait) if status.state in LIVE else status
        last = written(folder)  # what a worker wrote before it ended is no loss
        return last if found.state == "lost" and last.state not in LIVE else found
    alive = held(folder / LOCK)
    status = written(folder)
    if status.state not in LIVE:
        return status
    if not alive and not held(folder / LOCK):  # the second look: it may have been resumed in between
        if stop_asked(folder) == "now":
            return replace(status, state="stopped", said="Stopped at once.", left=None)
        return replace(status, state="lost", said=LOST, left=None)
    return replace(status, state="stopping") if stop_asked(folder) else status
