"""What a task is given: where it goes on, where its rows, checkpoints and words go, and whether it is to stop."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from core.base import run_folder
from core.base.atomic_files import write_whole
from core.runs import checkpoint_folders, files, own_rows, rows
from core.runs.parts.share import Share
from core.runs.spec import known_spec
from core.runs.status import LIVE, MOST_NOTES, How, stop_asked, write_status, written

RESERVE = 16_384  # bytes kept so that the last words can be written on a full disk
EVERY = 0.5  # seconds between two writings of the status for progress alone


class Stopped(Exception):
    """Raised by a task that was asked to stop, after it has saved what it wants to keep."""


class Context:
    """A run seen by its task. Rows and checkpoints carry a step, counted from 0, so that nothing is lost or doubled:

    rows after the last whole checkpoint are dropped when a run is resumed, and the task makes them again. So the rows
    of a step are written before its checkpoint, and steps never go back.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spec = known_spec(folder)
        self.share = Share(folder, self.spec)
        self.status = written(folder)
        self.reserve = folder / ".reserve"
        self.listeners: list[Callable[[How], None]] = []
        self.guard = threading.RLock()  # held by who changes the status
        self._wrote, self._began, self._from = 0.0, time.monotonic(), 0.0
        self.saved = -1  # the step of the last checkpoint

    @property
    def device(self) -> str:
        """The first of the devices this run has to itself."""
        return str(self.spec.get("device", "cpu")).split(",")[0]

    def recover(self) -> None:
        """Bring the folder back to its last whole checkpoint."""
        write_whole(self.reserve, bytes(RESERVE))
        files.sweep(self.folder)
        if found := self.latest():
            checkpoint_folders.keep_only(self.folder, found[1])
        self.saved = found[0] if found else -1
        files.cut_rows(self.folder / run_folder.METRICS, self.saved)
        self.update(step=self.saved, progress=self.status.progress if found else 0.0)

    def latest(self) -> tuple[int, Path] | None:
        """(step, folder) of the last whole checkpoint, to go on after; None to begin at the beginning."""
        return checkpoint_folders.latest(self.folder)

    @contextmanager
    def checkpoint(self, step: int) -> Iterator[Path]:
        """An empty folder to write into, which becomes the checkpoint of `step` on leaving, and replaces the last."""
        if step <= self.saved:
            raise ValueError(f"expected a step after {self.saved}, the last checkpoint's, got {step}")
        with checkpoint_folders.new(self.folder, step) as part:
            yield part
        before, self.saved = self.saved, step
        if before >= 0:
            checkpoint_folders.remove(self.folder, before)

    def row(self, step: int, **numbers: Any) -> None:
        """Add a row to the metrics. Written before the checkpoint of its step."""
        if step <= self.saved or step < self.status.step:
            raise ValueError(f"expected a row after step {self.saved} and not before {self.status.step}, got {step}")
        files.append(self.folder / run_folder.METRICS, rows.row_text({"step": step, **numbers}))
        self._change(step=step)

    def rows(self) -> list[dict[str, Any]]:
        """All rows so far; ValueError where they are more than can be read, so that nothing is told of a part alone."""
        return own_rows.own_rows(self.folder / run_folder.METRICS)

    def progress(self, fraction: float, said: str = "", left: float | Literal["pace"] | None = "pace") -> None:
        """Say how much of the whole is done, from 0 to 1, and how many seconds are `left`, None while nobody knows.

        By default they are told from the pace since this start, as if every part took as long as any other.
        """
        now, fraction = time.monotonic(), self.share.fraction(fraction)
        if self.status.state != "running":
            self._began, self._from = now, fraction
        done = fraction - self._from
        if left == "pace":
            left = (now - self._began) * (1 - fraction) / done if done > 0 else None
        if self.status.state == "starting" or now - self._wrote >= EVERY:
            self.update(state="running", progress=fraction, left=left, said=said)
        else:
            self._change(progress=fraction, left=left, said=said)

    def preparing(self, _: float, said: str) -> None:
        """Say what is fetched or read before the work itself: there is nothing to save yet, so it is not running."""
        if time.monotonic() - self._wrote >= EVERY:
            self.update(said=said)

    def note(self, text: str) -> None:
        """Say `text`, unless it is empty or has been said: an attempt that saved nothing may have said it too."""
        if text and text not in self.status.notes:
            self.say(text)

    def say(self, sentence: str) -> None:
        """Tell the user something that stays with the run, such as a batch that was halved."""
        self.log(sentence)
        self.update(notes=(*self.status.notes, sentence)[-MOST_NOTES:])

    def log(self, text: str) -> None:
        """Add a line to the log."""
        files.append(self.folder / run_folder.LOG, f"{time.strftime('%H:%M:%S')} {text}\n")

    def stop_asked(self) -> How | None:
        """ "save" or "now" once someone asked. A task looks at least every second; saves if "save"; raises Stopped."""
        return stop_asked(self.folder)

    def on_stop(self, call: Callable[[How], None]) -> None:
        """Have `call` told of a stop: now if one was asked for, else from another thread, where it must not raise."""
        self.listeners.append(call)
        if how := self.stop_asked():  # perhaps told before there was anyone to hear it
            call(how)

    def update(self, **changes: Any) -> bool:
        """Change and write the status; nothing changes after the end. Whether it did."""
        with self.guard:
            if going := self._change(updated=time.time(), **changes):
                self._wrote = time.monotonic()
                write_status(self.folder, self.status)
            return going

    def _change(self, **changes: Any) -> bool:
        with self.guard:
            if going := self.status.state in LIVE:
                self.status = replace(self.status, **changes)
            return going

    def follow(self) -> None:
        """Take over what another process of this run has written: its status and its last checkpoint."""
        with self.guard:
            said, found = written(self.folder), self.latest()
            if self.status.state in LIVE and said.state in LIVE:
                self.status = said
            self.saved = found[0] if found else -1
