"""One run: watch, stop, resume, delete."""

import os
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.base.errors import Unreadable
from core.base.plain_line import printable
from core.base.run_folder import LOG, METRICS, RESULT, STOP
from core.contracts.launcher import Launcher, Needs
from core.runs import checkpoint_folders, deletion, elsewhere, resumption, trail
from core.runs.files import read_part, read_rows, write_json
from core.runs.launch_file import read_launch
from core.runs.launchers import title
from core.runs.launchers.local import End, Start, detached, end
from core.runs.spec import known_spec, read_spec
from core.runs.status import How, Status, read_status, stop_asked, write_status, written
from core.untrusted.foreign_json import check_numbers
from core.untrusted.regular_files import open_regular

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
    def status(self) -> Status:
        return read_status(self.folder)

    @property
    def place(self) -> str:
        """What the engine is called that it was handed to; "" for this machine."""
        launch = read_launch(self.folder)
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
        """The end of the log, at most `size` bytes, without control characters; or why it cannot be read."""
        try:
            with open_regular(self.folder / LOG) as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - size))
                return printable(file.read(size).decode(errors="replace"))
        except FileNotFoundError:
            return ""
        except OSError as error:
            return f"The log cannot be read: {error.strerror or error}."

    def stop(self, how: How = "save") -> None:
        """Ask the worker to save and end, or to end now; one that does not hear 'now' is ended two seconds later."""
        status = self.status
        if not status.alive:
            return
        if stop_asked(self.folder) != "now":
            write_json(self.folder / STOP, {"how": how})
            trail.stop_asked(self.folder, how)
        if read_launch(self.folder) is not None:
            threading.Thread(target=elsewhere.end, args=(self.folder, how)).start()
        elif how == "now":
            threading.Thread(target=self.end, args=(self.folder, status.attempt)).start()

    def resume(self, on: Launcher | None = None, needs: Needs | None = None) -> None:
        """Queue it to go on from its last checkpoint, where it was or `on` another launcher.

        ValueError if it is still going or has completed, OSError if it cannot be written or handed over.
        """
        resumption.resume(self, on, needs)

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
        """Remove it with everything in it; ValueError while it is going, or the base of a run that is not over."""
        lock = (
            resumption.alone(self.folder, "is still going; stop it first") if deletion.workable(self.folder) else None
        )
        try:
            deletion.delete(self.folder)
            trail.deleted(self.folder)
        finally:
            if lock is not None:
                os.close(lock)
