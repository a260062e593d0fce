"""Runs in a shell's words: followed to their end, and in a list."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from core.base.plain_line import plain_line
from core.runs.status import Status
from core.runs.store import Run
from core.runs.task_words import found
from core.training.guessing import collapsed, doubtful
from core.training.schedule import Schedule

Say = Callable[[str], None]
POLL = 0.3  # seconds
TOLD = ("epoch", "loss", "seconds")  # what a row must have to end an epoch
HELD = {
    "clean": "as they are", "robust": "attacked", "clean_average": "as they are by the averaged weights",
    "robust_average": "attacked by the averaged weights",
}  # fmt: skip


def follow_run(run: Run, say: Say) -> int:
    """Tell what is new until the run ends: 0 completed, 1 not so, 130 after Ctrl-C, which stops and saves it."""
    code, news = 0, News(run)
    while True:
        try:
            status = run.status
            for line in news.since(status):
                say(line)
            if not status.alive:
                break
            time.sleep(POLL)
        except KeyboardInterrupt:
            if code:
                return code
            code = 130
            say("Stopping, and saving. Ctrl-C again leaves it to that.")
            run.stop("save")
    say(outcome(run))
    return code or int(status.state != "completed")


class News:
    """What there is to tell of a run: its notes, and its epochs or, of another task, how far it is."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.notes, self.epochs, self.told = 0, 0, ""

    def since(self, status: Status) -> list[str]:
        """The lines that have come since the last call."""
        news = [plain_line(note) for note in status.notes[self.notes :]]
        self.notes = len(status.notes)
        if self.run.spec.get("task") == "refine":
            lines = epochs(self.run, over=not status.alive and status.progress == 1)
            news += lines[self.epochs :]
            self.epochs = len(lines)
        if line := self._now(status):
            news.append(line)
        return news

    def _now(self, status: Status) -> str:
        """What it waits for, or how far it is, if that is new: a line a percent."""
        running = status.state == "running" and self.run.spec.get("task") != "refine"
        if not status.said or not (running or status.state == "queued"):
            return ""
        said = plain_line(status.said)
        key = f"{status.progress:.0%}" if running else said
        if key == self.told:
            return ""
        self.told = key
        return f"{key}: {said}" if running else said


def epochs(run: Run, *, over: bool) -> list[str]:
    """A line for every epoch that is over; `over`: whether the last row ends the last one."""
    rows, lines = [row for row in run.metrics if all(row.get(name) is not None for name in TOLD)], []
    total = (run.spec.get("arguments", {}).get("schedule") or {}).get("epochs") or Schedule().epochs
    for row, after in zip(rows, [*rows[1:], None], strict=False):
        if after["epoch"] != row["epoch"] if after else "held" in row or over:
            shares = {name: value for name, value in row.get("held", {}).items() if value is not None}
            held = ", ".join(f"{value:.1%} {HELD.get(name, plain_line(name))}" for name, value in shares.items())
            text = f"epoch {row['epoch'] + 1} of {total}: loss {row['loss']:.3f}" + (
                f"; held-out images right: {held}" * bool(held)
            )
            lines.append(f"{text}; {row['seconds']:.0f} s")
    return lines


def outcome(run: Run) -> str:
    """How a run ended, and what can be done now."""
    status, result = run.status, run.result() or {}
    if status.state == "completed":
        return f"Completed. {_found(run, result)}".rstrip()
    said = plain_line(status.said)
    begins = "" if said.startswith(status.state.capitalize()) else f"{status.state.capitalize()}. "
    return f"{f'{begins}{said}'.rstrip('. ')}. Go on with: counterproof runs resume {run.id}"


def _found(run: Run, result: Mapping[str, Any]) -> str:
    """What a completed run has come to."""
    task = run.spec.get("task")
    if task == "refine":
        kept = f"Kept epoch {epoch}. " if isinstance(epoch := result.get("epoch_kept"), int) else ""
        kept += f"{said} " if (said := collapsed(result) or doubtful(result)) else ""
        return f"{kept}Its classifier is run:{run.id}"
    if task == "compare" and isinstance(count := result.get("count"), int):
        return f"{count:,} images were measured; the page Compare shows the curves."
    return "\n".join(plain_line(line, 400) for line in found(str(task), result).splitlines())


def table(runs: list[Run]) -> str:
    """A line a run: id, state, progress, and what it is or says; of one that cannot be read, why."""
    lines = []
    for run in runs:
        status, trouble = run.status, run.trouble
        what = status.said if status.said and status.state != "completed" else subject(run.spec)
        state = "unreadable" if trouble else status.state
        lines.append(f"{run.id}  {state:<9} {status.progress:>4.0%}  {plain_line(trouble or what)}")
    return "\n".join(lines) or "There are no runs yet. Start one with: counterproof refine --preset quick"


def subject(spec: Mapping[str, Any]) -> str:
    """What a run is about, from its settings.

    >>> both = {"before": "a", "after": "b", "data": "mnist", "attack": {"method": "pgd"}}
    >>> subject({"task": "compare", "arguments": both})
    'compare a with b on mnist under pgd'
    >>> subject({"task": "evaluate", "arguments": {"classifiers": ["a", "b"], "data": "mnist", "attacks": []}})
    'evaluate a, b on mnist'
    """
    given, task = spec.get("arguments", {}), spec.get("task")
    if given.get("title"):
        return str(given["title"])
    if task == "refine":
        return f"{(given.get('objective') or {}).get('method')} from {given.get('base')} on {given.get('data')}"
    attacks = [given.get("attack") or {}] if task in ("compare", "batch") else _listed(given.get("attacks"))
    what = f"{given.get('before')} with {given.get('after')}"
    what = (
        what
        if task == "compare"
        else ", ".join(map(str, _listed(given.get("classifiers")) or [given.get("classifier", "")]))
    )
    by = ", ".join(str(each["method"]) for each in attacks if isinstance(each, dict) and each.get("method"))
    return f"{task} {what}" + (f" on {given['data']}" if given.get("data") else "") + (f" under {by}" if by else "")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
