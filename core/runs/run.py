"""One run: watch, stop, resume, delete."""

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.access.belonging import Belonging
from core.access.permission import require
from core.base.errors import Unreadable
from core.base.run_folder import LOG, METRICS, OWNER, RESULT
from core.contracts.launcher import Launcher, Needs
from core.runs import checkpoint_folders, deletion, resumption, stopping, trail
from core.runs.files import read_part, read_rows
from core.runs.launch_file import read_launch
from core.runs.launchers import title
from core.runs.launchers.local import End, Start, detached, end
from core.runs.log_tail import log_tail
from core.runs.parts.folders import part_folders, parts_folder
from core.runs.spec import known_spec, read_spec
from core.runs.status import How, Status, read_status, write_status, written
from core.untrusted.foreign_json import check_numbers

RETURNED = "its result"
HUGE = 2.0**64  # nothing that a task returns is larger


@dataclass(frozen=True)
class Run:
    """One run, by its folder; everything is read anew when asked for."""

    folder: Path
    launch: Start = detached
    end: End = end

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def spec(self) -> dict[str, Any]:
        """What was asked; empty where it cannot be read: `trouble` says why."""
        return known_spec(self.folder)

    @property
    def trouble(self) -> str:
        """Why the run cannot be read, in a sentence without a full stop; "" if it can."""
        try:
            read_spec(self.folder)
        except Unreadable as error:
            return str(error)
        return ""

    @property
    def owner(self) -> Belonging:
        """Whose it is."""
        return Belonging(self.folder / OWNER)

    @property
    def status(self) -> Status:
        return read_status(self.folder)

    @property
    def place(self) -> str:
        """What the engine is called that it, or its parts, were handed to; "" for this machine."""
        launch = read_launch(self.folder) or read_launch(parts_folder(self.folder))
        return title(launch.on) if launch is not None else ""

    @property
    def metrics(self) -> list[dict[str, Any]]:
        return read_rows(self.folder / METRICS)

    @property
    def checkpoint(self) -> Path | None:
        """The folder of the last checkpoint that is whole."""
        found = checkpoint_folders.latest(self.folder)
        return found[1] if found else None

    def result(self) -> dict[str, Any] | None:
        """What the task returned; None before it has completed, or where it cannot be read."""
        try:
            return self.read_result()
        except Unreadable:
            return None

    def read_result(self) -> dict[str, Any]:
        """What the task returned; Unreadable in one sentence."""
        result = read_part(self.folder / RESULT, RETURNED)
        check_numbers(result, HUGE, RETURNED)
        return result

    def log(self, size: int = 20_000) -> str:
        """The end of the log, as from `log_tail`."""
        return log_tail(self.folder / LOG, size)

    @property
    def parts_at_work(self) -> list["Run"]:
        """The parts that go on, of a run that is divided; also where nobody watches over them any more."""
        return [part for part in map(Run, part_folders(self.folder).values()) if part.status.alive]

    def stop(self, how: How = "save") -> None:
        """Ask the worker to save and end, or to end now; one that does not hear that is ended soon. Refused."""
        require("run", self.owner)
        stopping.stop(self, how)

    def resume(self, on: Launcher | None = None, needs: Needs | None = None) -> None:
        """Queue it to go on from its last checkpoint, where it was or `on` another launcher.

        ValueError if it is still going or has completed, or who asks may not; OSError if it cannot be written or
        handed over.
        """
        require("run", self.owner)
        resumption.resume(self, on, needs)

    def share(self, everyone: bool) -> None:
        """Have everybody here see it, or no longer. Refused (a ValueError) if who asks may not, OSError."""
        self.owner.share(everyone, "run")
        trail.shared(self.folder, everyone)

    def start(self, lock: int) -> None:
        """Start the worker, which inherits the lock; our own hold on it ends here."""
        try:
            self.launch(self.folder, lock)
        except OSError as error:
            said = f"The worker could not be started: {error.strerror or error}."
            write_status(self.folder, replace(written(self.folder), state="failed", said=said, ended=time.time()))
            raise
        finally:
            os.close(lock)

    def delete(self) -> None:
        """Remove it with all in it; ValueError while it is going, or the base of one not over, or if one may not."""
        require("delete", self.owner)
        lock = (
            resumption.alone(self.folder, "is still going; stop it first") if deletion.workable(self.folder) else None
        )
        try:
            deletion.delete(self.folder)
            trail.deleted(self.folder)
        finally:
            if lock is not None:
                os.close(lock)
