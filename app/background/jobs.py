"""Work done in a thread of its own, which never calls Streamlit: the page polls."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

from core.base.cancellation import Cancelled, CancelScope
from core.contracts.classifier import Classifier
from core.study.study import Event, Study, investigate

log = logging.getLogger("counterproof")
WATCHED = 5.0  # seconds after its last look a window counts as still watching
ABANDONED = 20.0  # seconds without a look of any window after which work is stopped


def nobody(_: str) -> bool:
    """Of no window is it known whether it is open."""
    return False


@dataclass(eq=False, kw_only=True)
class Work:
    """Something on its way. `ended` is how: "" while it runs, then stopped, done or failed (`message` says why).

    window: the browser window that began it; open_: whether a window is open, though hidden ones rarely look.
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
                    self.begin(part)
                    self.events += 1
        except Cancelled:
            ended = "stopped"
        except Exception as error:  # noqa: BLE001  the boundary: a sentence for the page, the traceback for the log
            log.exception("%s failed", name)
            self.message = str(error) if isinstance(error, ValueError | OSError) else f"{type(error).__name__}: {error}"
            ended = "failed"
        last()
        self.finished = time.monotonic()
        self.ended = ended
        self.events += 1

    def begin(self, part: Any) -> None:
        """Note which part has come."""


@dataclass(eq=False)
class Job(Work):
    """One study on its way."""

    study: Study
    stage: Event | None = None

    def snapshot(self) -> Study:
        """What is known now, which the thread will not change any more."""
        return copied(self.study)

    def begin(self, part: Event) -> None:
        self.stage = part

    def work(self, classifier: Classifier, save: Callable[[Study], None], turn: AbstractContextManager[None]) -> None:
        """Compute the study to its end, a stop or an error, and save it."""
        parts = investigate(self.study, classifier)
        self.through(parts, f"study {self.study.case.id}", turn, lambda: save(self.study))


def copied(study: Study) -> Study:
    """The same study, safe from what is added to this one."""
    return replace(study, maps=dict(study.maps), measured=dict(study.measured), refused=dict(study.refused),
                   failed=dict(study.failed))  # fmt: skip
