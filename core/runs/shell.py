"""What `counterproof refine` and `counterproof runs` do: submit, follow, list, stop, resume and delete runs."""

import argparse
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from core.catalog import DATASETS, OBJECTIVES
from core.data import data_facts, known_data, misfit, path_of
from core.judge import collapsed
from core.params import Method
from core.paths import home
from core.presets import PRESETS
from core.refinement import Refinement
from core.runs.files import settled
from core.runs.store import Run, Store
from core.schedule import Schedule
from core.shell import read_value

Say = Callable[[str], None]
POLL = 0.3  # seconds


def store() -> Store:
    """Where runs are, for the page and the shell alike."""
    return Store(home() / "runs")


def asked_for(given: argparse.Namespace) -> Refinement:
    """What the arguments of `refine` ask for, checked as far as can be before it is submitted."""
    if given.preset and given.preset not in PRESETS:
        raise ValueError(f"there is no preset {given.preset!r}; there are {', '.join(PRESETS)}")
    asked: dict[str, Any] = PRESETS[given.preset].arguments() if given.preset else {}
    if given.base and given.base_too and given.base != given.base_too:
        raise ValueError(f"two bases were named, {given.base} and {given.base_too}")
    named = {"base": given.base or given.base_too, "data": given.data, "start": given.start, "images": given.images,
             "title": given.title}  # fmt: skip
    asked |= {name: value for name, value in named.items() if value is not None}
    if given.objective and given.objective != asked.get("objective", {}).get("method"):
        asked["objective"] = {"method": given.objective}
    for name in ("base", "data", "objective"):
        if not asked.get(name):
            raise ValueError(f"--{name} is missing; or choose a --preset: {', '.join(PRESETS)}")
    if asked["data"] not in DATASETS and not asked["data"].startswith("own:"):
        asked["data"] = str(path_of(asked["data"]))  # the worker has another working folder
    objective, schedule = dict(asked["objective"]), dict(asked.get("schedule", {}))
    _set(given.settings, objective, schedule)
    asked |= {"objective": objective, "schedule": schedule}
    made = Refinement.read(asked)
    facts = data_facts(made.data)
    if facts is not None and (reason := misfit(made.classifier(), facts)):
        raise ValueError(reason)
    return made


def _set(settings: list[str], objective: dict[str, Any], schedule: dict[str, Any]) -> None:
    """Put ["objective.eps=8/255", "schedule.epochs=3"] in place; ValueError shows the form expected."""
    method = str(objective["method"])
    kinds: Mapping[str, tuple[type[Method] | None, dict[str, Any]]] = {
        "schedule": (Schedule, schedule),
        "objective": (OBJECTIVES.get(method), objective),
        method: (OBJECTIVES.get(method), objective),
    }
    for each in settings:
        name, equals, text = each.partition("=")
        part, dot, parameter = name.partition(".")
        if not (equals and dot and parameter) or part not in kinds:
            raise ValueError(f"expected --set objective.NAME=VALUE or schedule.NAME=VALUE, got {each!r}")
        kind, values = kinds[part]
        default = next((entry.default for entry in fields(kind) if entry.name == parameter), None) if kind else None
        values[parameter] = read_value(text, isinstance(default, float))


def refine(given: argparse.Namespace, say: Say) -> int:
    """Submit a refinement and follow it, or leave it to itself; returns the exit code."""
    asked = asked_for(given)
    run = store().submit("refine", asked.arguments() | known_data(asked.data), device=given.device)
    say(f"Run {run.id}")
    if given.detach:
        say(f"It goes on by itself. See it with: counterproof runs follow {run.id}")
        return 0
    return follow(run, say)


def follow(run: Run, say: Say) -> int:
    """Tell every epoch until the run ends: 0 completed, 1 not so, 130 after Ctrl-C, which stops and saves it."""
    code, shown, told = 0, 0, ""
    while True:
        try:
            status = run.status
            for line in (lines := news(run, ended=not status.alive))[shown:]:
                say(line)
            shown = len(lines)
            if status.state == "queued" and status.said != told:
                told = status.said
                say(told)
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


def news(run: Run, ended: bool = False) -> list[str]:
    """What there is to tell of a run so far: its notes, and a line for every epoch that is over."""
    rows, found = run.metrics, list(run.status.notes)
    epochs = int(run.spec.get("arguments", {}).get("schedule", {}).get("epochs", Schedule().epochs))
    for row, after in zip(rows, [*rows[1:], None], strict=False):
        over = after["epoch"] != row["epoch"] if after else "held" in row or (ended and run.status.progress == 1)
        if over:
            held = ", ".join(f"{value:.1%} {name.replace('_', ' ')}" for name, value in row.get("held", {}).items())
            text = f"epoch {row['epoch'] + 1} of {epochs}: loss {row['loss']:.3f}" + (f"; held out {held}" * bool(held))
            found.append(f"{text}; {row['seconds']:.0f} s")
    return found


def outcome(run: Run) -> str:
    """How a run ended, and what can be done now."""
    status, result = run.status, run.result() or {}
    if status.state == "completed":
        kept = f"Kept epoch {result['epoch_kept']}. " if "epoch_kept" in result else ""
        kept += f"{failed} " if (failed := collapsed(result)) else ""
        return f"Completed. {kept}Its classifier is run:{run.id}"
    begins = "" if status.said.startswith(status.state.capitalize()) else f"{status.state.capitalize()}. "
    said = f"{begins}{status.said}".rstrip(". ")
    return f"{said}. Go on with: counterproof runs resume {run.id}"


def table(runs: list[Run]) -> str:
    """A line a run: id, state, progress, and what it is or says."""
    lines = []
    for run in runs:
        status = run.status
        what = status.said if status.said and status.state != "completed" else subject(run.spec)
        lines.append(f"{run.id}  {status.state:<9} {status.progress:>4.0%}  {what}")
    return "\n".join(lines) or "There are no runs yet. Start one with: counterproof refine --preset quick"


def subject(spec: Mapping[str, Any]) -> str:
    """What a run is about, from its settings."""
    given = spec.get("arguments", {})
    if given.get("title"):
        return str(given["title"])
    if spec.get("task") != "refine":
        return f"{spec.get('task')} {given.get('classifier', '')} on {given.get('data', '')}"
    return f"{given.get('objective', {}).get('method')} from {given.get('base')} on {given.get('data')}"


def act(verb: str, names: list[str], say: Say, *, now: bool = False) -> int:
    """List the runs, or do `verb` to those named; returns the exit code."""
    place = store()
    if verb == "list":
        say(table([place.run(name) for name in names] or place.runs()))
        return 0
    if not names:
        raise ValueError(f"name the run to {verb}; `counterproof runs` lists them")
    code = 0
    for run in [place.run(name) for name in names]:
        if verb == "stop":
            run.stop("now" if now else "save")
            settled(lambda run=run: not run.status.alive, 10)  # type: ignore[misc]
            say(f"{run.id}: {run.status.state}. {run.status.said}".strip())
        elif verb == "resume":
            run.resume()
            say(f"{run.id} goes on. See it with: counterproof runs follow {run.id}")
        elif verb == "delete":
            run.delete()
            say(f"{run.id} is deleted.")
        else:
            code = max(code, follow(run, say))
    return code
