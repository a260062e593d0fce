"""What the page knows of a run, read so that a damaged folder is a line in the list and never an error."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.access.allowed import whose
from app.run_words.words import STATES, duration, moment, part, subtitle, title
from core.base.plain_line import plain_line
from core.base.run_folder import BEST
from core.runs.run import Run
from core.runs.status import Status

DAMAGED = "This run cannot be read: {}. It can only be deleted."
LETTERS = 300  # of a title
LONGEST = 1e10  # seconds that a run can have taken


@dataclass(frozen=True)
class RunFacts:
    """A run at one moment: itself, how it stands, what was asked, and its words."""

    run: Run
    status: Status
    spec: dict[str, Any]
    title: str
    about: str
    trouble: str = ""  # why its settings cannot be read, in a sentence without a full stop

    @property
    def task(self) -> str:
        return str(self.spec.get("task", ""))

    @property
    def arguments(self) -> dict[str, Any]:
        return part(self.spec, "arguments")

    @property
    def damaged(self) -> bool:
        return bool(self.trouble)

    @property
    def state(self) -> str:
        """Symbol and word."""
        return " ".join(STATES["unreadable" if self.damaged else self.status.state])

    @property
    def left(self) -> str:
        """The time left, or how long it took: "11 min left", "took 2 h 5 min".

        What took several attempts says in its result how long all of them worked; else the last attempt counts.
        """
        status = self.status
        if status.alive:
            return f"{duration(status.left)} left" if status.left is not None and status.state == "running" else ""
        if status.started and status.ended and status.state == "completed":
            seconds = (self.run.result() or {}).get("seconds")
            if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds <= LONGEST:
                seconds = status.ended - status.started
            return f"took {duration(seconds)}"
        return ""

    @property
    def resumable(self) -> bool:
        return not self.damaged and not self.status.alive and self.status.state != "completed"

    @property
    def refined(self) -> str:
        """The name of the classifier this run has made; "" while there is none."""
        try:
            return f"run:{self.run.id}" if (self.run.folder / BEST).is_file() else ""
        except OSError:  # a folder that nobody may look into
            return ""


def facts_of(run: Run, models: Mapping[str, str], data: Mapping[str, str]) -> RunFacts:
    """Read a run. models, data: titles by name."""
    spec, trouble = run.spec, ""
    if not spec:
        trouble = run.trouble or "it was written anew at this moment"
    named, about = plain_line(title(spec, data), LETTERS), plain_line(trouble or subtitle(spec, models), LETTERS)
    return RunFacts(run, run.status, spec, named, about, trouble)


def line(facts: RunFacts) -> dict[str, Any]:
    """The run as a line of the list."""
    status = facts.status
    symbol, _, word = facts.state.partition(" ")
    share = 1.0 if status.state == "completed" else min(max(status.progress, 0.0), 1.0)
    return {
        "id": facts.run.id, "symbol": symbol, "state": word, "word": word, "title": facts.title,
        "about": " · ".join(filter(None, (facts.about, whose(facts.run.owner)))),
        "progress": share, "said": progress(facts), "left": facts.left,
        "when": moment(status.submitted),
    }  # fmt: skip


def progress(facts: RunFacts) -> str:
    """How far the run is: "epoch 6 of 15", or in percent."""
    status = facts.status
    if status.state == "queued":
        return "waiting"
    if status.state == "completed":
        return "100 %"
    epochs = part(facts.arguments, "schedule").get("epochs")
    if facts.task == "refine" and isinstance(epochs, int) and status.step >= 0:
        return f"epoch {min(int(status.progress * epochs) + 1, epochs)} of {epochs}"
    return f"{100 * status.progress:.0f} %"
