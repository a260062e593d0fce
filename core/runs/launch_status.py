"""How a run stands that was handed to an engine: by its heartbeat, else by what the engine says."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.base.run_folder import LAUNCH, SUBMITTING
from core.contracts.launcher import JobState
from core.runs import heartbeat
from core.runs.files import held
from core.runs.heartbeat import Pulse, pulse
from core.runs.hints import WAIT, hint
from core.runs.launch_file import Launch
from core.runs.launchers import title

if TYPE_CHECKING:
    from core.runs.status import How, Status

RESUME = "It can be resumed, also elsewhere."


def standing(folder: Path, launch: Launch, status: "Status", stop: "How | None", wait: float = WAIT) -> "Status":
    """`status`, as its worker left it, corrected. stop: how it was asked to stop. wait: seconds, as for `hint`.

    A worker that was heard of lately is at work, whatever the engine says. Of one that was not, the engine is asked:
    what it calls waiting or starting is so; of one handed over just now it may know nothing yet; else the run is lost,
    and can be resumed, which shuts out the old worker.
    """
    name = title(launch.on)
    if not launch.job:
        if held(folder / SUBMITTING):
            return replace(status, state="queued", said=f"It is being handed to {name}.")
        return _over(status, stop, f"It was never handed to {name}.")
    beat = pulse(folder, launch.token)
    if beat.silent is not None and beat.silent <= heartbeat.LATE:
        return replace(status, state="stopping") if stop else status
    said = hint(folder, launch, wait)
    if not counted_on(beat, said, _age(folder)):
        return _over(status, stop, _lost(folder, name, beat, said))
    if stop:
        return replace(status, state="stopping", said="")
    if said.kind == "waiting":
        return replace(status, state="queued", said=f"Waits at {name}{_why(said)}.")
    if beat.silent is None:
        begins = f"{name} starts it" if said.kind == "running" else f"It was handed to {name}, no more is known yet"
        return replace(status, state="starting", said=f"{begins}{_why(said)}.")
    return status


def counted_on(beat: Pulse, said: JobState, age: float) -> bool:
    """Whether a run that was not heard of lately is expected to be heard of again; age: seconds since it was submitted.

    >>> [counted_on(Pulse(30.0, 30.0), JobState(kind), 99.0) for kind in ("running", "unknown", "ended")]
    [True, True, False]
    >>> [counted_on(Pulse(90.0, 90.0), JobState(kind), 99.0) for kind in ("waiting", "running", "unknown", "ended")]
    [True, False, False, False]
    >>> [counted_on(Pulse(), JobState("unknown"), age) for age in (5.0, 99.0)]
    [True, False]

    An engine that could not be asked (see core.runs.hints for how long that is so) has lost nothing:

    >>> counted_on(Pulse(), JobState("unknown", asked=False), 4000.0)
    True

    A clock of another machine that is wrong does not make a worker look dead at first sight:

    >>> counted_on(Pulse(600.0, 0.0), JobState("running"), 700.0)
    True
    """
    if said.kind in ("ended", "waiting"):
        return said.kind == "waiting"
    if beat.silent is None or beat.watched is None:
        return said.kind == "running" or not said.asked or age <= heartbeat.STALE
    if said.kind == "running" or not said.asked:
        return beat.watched <= heartbeat.STALE
    return beat.silent <= heartbeat.STALE


def _age(folder: Path) -> float:
    """Seconds since the run was handed over."""
    try:
        return time.time() - (folder / LAUNCH).stat().st_mtime
    except OSError:
        return 0.0


def _over(status: "Status", stop: "How | None", lost: str) -> "Status":
    """Nobody works on it: stopped if that was asked for before there was anything to save, or at once; else lost."""
    if stop == "now":
        return replace(status, state="stopped", said="Stopped at once.", left=None)
    if stop and status.state == "queued":
        return replace(status, state="stopped", said="Stopped.", left=None)
    return replace(status, state="lost", said=f"{lost} {RESUME}", left=None)


def _lost(folder: Path, name: str, beat: Pulse, said: JobState) -> str:
    """What is known of a run that is lost, in a sentence."""
    if said.kind == "ended" and beat.silent is None:
        shared = f"perhaps that machine does not see {folder}, which must be on shared storage"
        return f"{name} ended the job before the run gave a sign of life{_why(said)}; {shared}."
    if said.kind == "ended":
        return f"{name} ended the job{_why(said)}."
    silent = f"nothing was heard of the run{f' on {beat.host}' if beat.host else ''} for more than a minute"
    if said.kind == "running":
        return f"{name} says that the job runs{_why(said)}, but {silent}."
    told = said.reason or f"{name} knows nothing of the job"
    return f"{told[:1].upper()}{told[1:]}" + ("." if beat.silent is None else f", and {silent}.")


def _why(said: JobState) -> str:
    return f": {said.reason}" if said.reason else ""
