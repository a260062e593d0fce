"""Work that a thread of its own follows, or does; it never calls Streamlit: the page polls."""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from core.base.cancellation import Cancelled, CancelScope
from core.study.investigation import Event
from core.study.study import Study
from core.workers.conversation import Unexpected

log = logging.getLogger("counterproof")
WATCHED = 5.0  # seconds after its last look a window counts as still watching
ABANDONED = 20.0  # seconds without a look of any window after which work is stopped


def nobody(_: str) -> bool:
    """Of no window is it known whether it is open."""
    return False


@dataclass(eq=False, kw_only=True)
class Work:
    """Something on its way. `ended` is how: "" while it runs, then stopped, done or failed (`message` says why).

    events: how often there was something new to be shown. window: the browser window that began it; open_: whether a
    window is open, though hidden ones rarely look.
    """

    ended: str = ""
    message: str = ""
    events: int = 0
    started: float = field(default_factory=time.monotonic)
    finished: float | None = None
    scope: CancelScope = field(default_factory=CancelScope)
    watchers: dict[str, float] = field(default_factory=dict)
    window: str = ""
    open_: Callable[[str], bool] = nobody
    computing: bool = False

    def __post_init__(self) -> None:
        if self.window:
            self.seen(self.window)

    @property
    def state(self) -> str:
        """waiting, running, stopping, stopped, done or failed."""
        return self.ended or ("stopping" if self.scope.stopped else "running" if self.computing else "waiting")

    @property
    def alive(self) -> bool:
        return not self.ended

    @property
    def seconds(self) -> float:
        return (self.finished or time.monotonic()) - self.started

    def stop(self) -> None:
        """Ask for a stop; what is finished stays."""
        self.scope.stop()

    def seen(self, window: str) -> None:
        """Note that a browser window is showing this job."""
        self.watchers[window] = time.monotonic()

    def leave(self, window: str) -> None:
        """Note that a window shows something else now; a job that nobody watches any more is stopped."""
        self.watchers.pop(window, None)
        if not self._watched(WATCHED):
            self.stop()

    def of_another(self, window: str) -> bool:
        """Whether another window than this one began it, and is watching it still."""
        return window != self.window and time.monotonic() - self.watchers.get(self.window, -math.inf) <= WATCHED

    @property
    def abandoned(self) -> bool:
        """Whether every window that watched it was closed, or has not looked for long where that is not known."""
        return time.monotonic() - self.started > ABANDONED and not self._watched(ABANDONED)

    def _watched(self, within: float) -> bool:
        now = time.monotonic()
        return any(now - seen <= within or self.open_(window) for window, seen in list(self.watchers.items()))

    def through(
        self,
        parts: Iterator[Any],
        name: str,
        turn: AbstractContextManager[None],
        last: Callable[[], None] = lambda: None,
    ) -> None:
        """Wait for the turn, go through the parts to their end, a stop or an error; then `last`. A thread's body."""
        ended = "done"
        try:
            with self.scope, turn:
                for part in parts:
                    self.events += self.begin(part)
        except Cancelled:
            ended = "stopped"
        except Exception as error:  # noqa: BLE001  the boundary: a sentence for the page, the traceback for the log
            log.exception("%s failed", name)
            known = isinstance(error, ValueError | OSError | Unexpected)
            self.message = str(error) if known else f"{type(error).__name__}: {error}"
            ended = "failed"
        try:
            last()
        except Exception:  # noqa: BLE001  whatever it is, nobody may wait for this work for ever
            log.exception("%s was not kept", name)
        self.finished = time.monotonic()
        self.ended = ended
        self.events += 1

    def begin(self, part: Any) -> bool:
        """Note which part has come; whether there is something new to be shown."""
        return True


@dataclass(eq=False)
class Job(Work):
    """One study on its way.

    opener: the id of who opened it as a case, who alone is shown it; None where it was computed here, for all.
    imported: it came from elsewhere, and nobody here has seen it computed.
    """

    study: Study
    stage: Event | None = None
    opener: str | None = None
    imported: bool = False

    def snapshot(self) -> Study:
        """What is known now, which the thread will not change any more."""
        return self.study.copied()

    def begin(self, part: Event) -> bool:
        self.stage = part
        return part.finished

    def work(self, parts: Iterator[Event], save: Callable[[Study], None], turn: AbstractContextManager[None]) -> None:
        """Go through the parts of the study to its end, a stop or an error, and save it."""
        self.through(parts, f"study {self.study.case.id}", turn, lambda: save(self.study))
