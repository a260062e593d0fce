"""A run handed to an engine: submitted there, waited for no longer, and ended if it does not listen."""

import os
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from core.base.run_folder import LAUNCH, SUBMITTING
from core.contracts.launcher import Launcher, Needs
from core.runs import heartbeat
from core.runs.files import settled, take
from core.runs.hints import forget
from core.runs.launch_file import Launch, read_launch, write_launch
from core.runs.launchers import from_json, to_json
from core.runs.status import How, read_status, write_status, written

GRACE = 6.0  # seconds that a worker has for 'stop now' before its job is ended


def prepare(folder: Path, on: Launcher, needs: Needs) -> int:
    """Write down whom the run in `folder` is handed to; a lock that says that this is under way. OSError."""
    hold = take(folder / SUBMITTING)
    if hold is None:
        raise ValueError(f"run {folder.name} is being submitted by somebody else")
    try:
        write_launch(folder, Launch(to_json(on), needs))
    except OSError:
        os.close(hold)
        raise
    heartbeat.end(folder)
    return hold


def hand_over(folder: Path, on: Launcher, hold: int) -> None:
    """Submit what `prepare` wrote down. OSError or ValueError in one sentence if the engine does not take it."""
    try:
        launch = read_launch(folder)
        assert launch is not None, "prepare has written it"
        job = on.submit(folder, launch.needs)
        write_launch(folder, replace(launch, job=job))
    except (OSError, ValueError) as error:
        said = f"It could not be handed to {on.title}: {error}."
        write_status(folder, replace(written(folder), state="failed", said=said, ended=time.time()))
        raise
    finally:
        os.close(hold)


def take_back(folder: Path) -> None:
    """The run goes on on this machine: a worker elsewhere that still lives notices, and ends. OSError."""
    (folder / LAUNCH).unlink(missing_ok=True)
    heartbeat.end(folder)


def end(folder: Path, how: How) -> None:
    """End the job where nobody is there to listen, or who was told to stop now does not."""
    if (launch := read_launch(folder)) is None:
        return
    if _heard(folder, launch):
        if how != "now" or settled(lambda: not read_status(folder).alive, GRACE):
            return
        heartbeat.end(folder)
    _stop(launch, folder)
    if not _heard(folder, launch):  # an engine that starts a job yet which has waited: that is not meant any more
        with suppress(OSError):
            write_launch(folder, replace(launch, token="", job=""))
    forget(folder)


def _heard(folder: Path, launch: Launch) -> bool:
    """Whether its worker was heard of lately."""
    silent = heartbeat.pulse(folder, launch.token).silent
    return silent is not None and silent <= heartbeat.LATE


def give_up(launch: Launch, folder: Path) -> None:
    """End what may be left of a job, while nobody waits for that: one that comes back finds the run taken."""
    if launch.job:
        threading.Thread(target=_stop, args=(launch, folder), daemon=True).start()


def _stop(launch: Launch, folder: Path) -> None:
    with suppress(OSError, ValueError):  # then its state says that the engine does not answer
        from_json(launch.on).stop(folder, launch.job)
