"""One run: watch, stop, resume, delete."""

import os
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.base.run_folder import LOCK, LOG, METRICS, RESULT, SPEC, STOP
from core.runs import checkpoint_folders
from core.runs.files import read_json, read_rows, take, write_json
from core.runs.launchers import End, Start
from core.runs.launchers.local import detached, end
from core.runs.status import How, Status, read_status, stop_asked, write_status, written


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
        return read_json(self.folder / SPEC) or {}

    @property
    def status(self) -> Status:
        return read_status(self.folder)

    @property
    def metrics(self) -> list[dict[str, Any]]:
        return read_rows(self.folder / METRICS)

    @property
    def checkpoint(self) -> Path | None:
        """The folder of the last checkpoint that is whole."""
        found = checkpoint_folders.latest(self.folder)
        return found[1] if found else None

    def result(self) -> dict[str, Any] | None:
        """What the task returned; None before it has completed."""
        return read_json(self.folder / RESULT)

    def log(self, size: int = 20_000) -> str:
        """The end of the log, at most `size` bytes."""
        with suppress(FileNotFoundError), (self.folder / LOG).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - size))
            return file.read().decode(errors="replace")
        return ""

    def stop(self, how: How = "save") -> None:
        """Ask the worker to save and end, or to end now; one that does not hear 'now' is ended two seconds later."""
        status = self.status
        if not status.alive:
            return
        if stop_asked(self.folder) != "now":
            write_json(self.folder / STOP, {"how": how})
        if how == "now":
            threading.Thread(target=self.end, args=(self.folder, status.attempt)).start()

    def resume(self) -> None:
        """Queue it to go on from its last checkpoint; ValueError if it is still going or has completed."""
        lock = self._alone("is still going")
        try:
            last = written(self.folder)  # no worker is left, whatever it says
            if last.state == "completed":
                raise ValueError(f"run {self.id} has completed: there is nothing to resume")
            (self.folder / STOP).unlink(missing_ok=True)
            again = Status(notes=last.notes, progress=last.progress, step=last.step, submitted=last.submitted,
                           queued=time.time(), attempt=last.attempt + 1)  # fmt: skip
            write_status(self.folder, again)
        except BaseException as error:
            os.close(lock)
            if isinstance(error, OSError):
                raise OSError(f"run {self.id} cannot be written: {error.strerror or error}") from error
            raise
        self.start(lock)

    def _alone(self, otherwise: str) -> int:
        """The run's lock; ValueError if a worker has it, OSError in one sentence if nothing can be written here."""
        try:
            lock = take(self.folder / LOCK)
        except OSError as error:
            raise OSError(f"run {self.id} cannot be changed: {error.strerror or error}") from error
        if lock is None:
            raise ValueError(f"run {self.id} {otherwise}")
        return lock

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

    def waited_for(self) -> list[str]:
        """The runs that refine what this one made and have not completed: they read it whenever they start or go on."""
        found = []
        for folder in self.folder.parent.glob("[0-9]*"):
            given = (read_json(folder / SPEC) or {}).get("arguments")
            base = str(given.get("base")) if isinstance(given, dict) else ""
            ours = base.partition(".")[0] == f"run:{self.id}"  # .last are other weights of the same run
            if ours and folder != self.folder and read_status(folder).state != "completed":
                found.append(folder.name)
        return sorted(found)

    def delete(self) -> None:
        """Remove it with everything in it; ValueError while it is going, or the base of a run that is not over."""
        lock = self._alone("is still going; stop it first")
        try:
            if others := self.waited_for():
                of = f"run {self.id} is the base of run {others[0]}"
                raise ValueError(f"{of}, which has not completed; delete that first")
            gone = self.folder.with_name(f".gone-{self.id}")  # at once out of every list
            self.folder.rename(gone)
            shutil.rmtree(gone)
        except OSError as error:
            raise OSError(f"run {self.id} cannot be deleted: {error.strerror or error}") from error
        finally:
            os.close(lock)
