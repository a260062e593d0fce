"""A run goes on from its last checkpoint: where it was, or elsewhere."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from core.base.run_folder import LOCK, STOP
from core.contracts.launcher import Launcher, Needs
from core.runs import elsewhere, trail
from core.runs.files import take
from core.runs.launch_file import read_launch
from core.runs.launchers import LOCAL, from_json
from core.runs.parts.folders import parts_folder, parts_of
from core.runs.parts.place import lay_place
from core.runs.spec import known_spec
from core.runs.status import Status, read_status, write_status, written

if TYPE_CHECKING:
    from core.runs.run import Run


def alone(folder: Path, otherwise: str) -> int:
    """The run's lock; ValueError if a worker has it, OSError in one sentence if nothing can be written here."""
    try:
        lock = take(folder / LOCK)
    except OSError as error:
        raise OSError(f"run {folder.name} cannot be changed: {error.strerror or error}") from error
    if lock is None:
        raise ValueError(f"run {folder.name} {otherwise}")
    if read_launch(folder) is not None and read_status(folder).alive:
        os.close(lock)
        raise ValueError(f"run {folder.name} {otherwise}")
    return lock


def resume(run: "Run", on: Launcher | None = None, needs: Needs | None = None) -> None:
    """Queue `run` to go on, where it was or `on` another launcher; ValueError if it is going or has completed."""
    folder, divided = run.folder, parts_of(run.spec) > 1
    before = read_launch(parts_folder(folder) if divided else folder)
    if on is None and before is not None:
        on = from_json(before.on)
    needs = needs or (before.needs if before is not None else Needs())
    away = on if on is not None and on.key != LOCAL else None
    if away is not None and (reason := away.obstacle()):
        raise ValueError(reason)
    moved, away = (on, None) if divided else (None, away)  # its parts go there, itself it stays here
    lock, hold = alone(folder, "is still going"), -1
    try:
        last = written(folder)  # no worker is left, whatever it says
        if last.state == "completed":
            raise ValueError(f"run {folder.name} has completed: there is nothing to resume")
        if away is not None:
            away.expect(str(known_spec(folder).get("task")), needs)
        (folder / STOP).unlink(missing_ok=True)
        if moved is not None:
            lay_place(folder, moved, needs)
        if before is not None:
            elsewhere.take_back(folder)
        if away is not None:
            hold = elsewhere.prepare(folder, away, needs)
        again = Status(notes=last.notes, progress=last.progress, step=last.step, submitted=last.submitted,
                       queued=time.time(), attempt=last.attempt + 1)  # fmt: skip
        write_status(folder, again)
        trail.resumed(folder)
    except BaseException as error:
        os.close(lock)
        if hold >= 0:
            os.close(hold)
        if isinstance(error, OSError):
            raise OSError(f"run {folder.name} cannot be written: {error.strerror or error}") from error
        raise
    if before is not None:
        elsewhere.give_up(before, folder)
    if away is None:
        run.start(lock)
    else:
        os.close(lock)
        elsewhere.hand_over(folder, away, hold)
