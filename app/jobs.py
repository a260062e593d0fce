"""A study being computed in a thread of its own, which never calls Streamlit: the page polls."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from core.classifier import Classifier
from core.meter import Cancelled, Meter
from core.study import Event, Study, investigate

log = logging.getLogger("counterproof")
WATCHED = 5.0  # seconds after its last look a window counts as still watching


@dataclass(eq=False)
class Job:
    """One study on its way. `ended` is how: "" while it runs, then stopped, done or failed (`message` says why)."""

    study: Study
    ended: str = ""
    message: str = ""
    stage: Event | None = None
    events: int = 0
    started: float = field(default_factory=time.monotonic)
    finished: float | None = None
    meter: Meter = field(default_factory=Meter)
    watchers: dict[str, float] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """running, stopping, stopped, done or failed."""
        return self.ended or ("stopping" if self.meter.stopped else "running")

    @property
    def alive(self) -> bool:
        return not self.ended

    @property
    def seconds(self) -> float:
        return (self.finished or time.monotonic()) - self.started

    def snapshot(self) -> Study:
        """What is known now, which the thread will not change any more."""
        return copied(self.study)

    def stop(self) -> None:
        """Ask for a stop; what is finished stays."""
        self.meter.stop()

    def seen(self, window: str) -> None:
        """Note that a browser window is showing this job."""
        self.watchers[window] = time.monotonic()

    def leave(self, window: str) -> None:
        """Note that a window shows something else now; a job that nobody watches any more is stopped."""
        self.watchers.pop(window, None)
        if all(time.monotonic() - seen > WATCHED for seen in list(self.watchers.values())):
            self.stop()

    def work(self, classifier: Classifier, save: Callable[[Study], None]) -> None:
        """Compute the study to its end, a stop or an error, and save it; the body of the thread."""
        ended = "done"
        try:
            with self.meter:
                for event in investigate(self.study, classifier):
                    self.stage = event
                    self.events += 1
        except Cancelled:
            ended = "stopped"
        except Exception as error:  # noqa: BLE001  the boundary: a sentence for the page, the traceback for the log
            log.exception("study %s failed", self.study.case.id)
            self.message = str(error) if isinstance(error, ValueError | OSError) else f"{type(error).__name__}: {error}"
            ended = "failed"
        save(self.study)
        self.finished = time.monotonic()
        self.ended = ended
        self.events += 1


def copied(study: Study) -> Study:
    """The same study, safe from what is added to this one."""
    return replace(study, maps=dict(study.maps), measured=dict(study.measured), refused=dict(study.refused),
                   failed=dict(study.failed))  # fmt: skip
