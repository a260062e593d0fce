"""What `counterproof refine` and `counterproof runs` do: submit, follow, list, stop, resume and delete runs."""

import argparse
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from core.base.devices import absent
from core.base.params import Method
from core.base.paths import home
from core.catalog import DATASETS, OBJECTIVES
from core.cli.attack import read_value
from core.cli.follow import Say, follow_run, table
from core.data.by_name import data_facts, known_data, misfit, path_of
from core.runs.files import settled
from core.runs.store import DEVICE, Store
from core.training.presets import PRESETS
from core.training.refinement import Refinement
from core.training.schedule import Schedule


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
    if facts is not None:
        classifier = made.classifier()
        if Path(made.data).is_absolute() and Path(made.data).is_dir():  # pictures are brought to the model's size
            facts = replace(facts, size=classifier.size)
        if reason := misfit(classifier, facts):
            raise ValueError(reason)
        count = facts.counts.get("train", 0)
        if reason := made.too_few(min(made.images or count, count)):
            raise ValueError(f"{reason}; take more, or hold out fewer: --set schedule.held_out=N")
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
    if DEVICE.fullmatch(given.device) and (reason := absent(given.device)):
        raise ValueError(reason)
    run = store().submit("refine", asked.arguments() | known_data(asked.data), device=given.device)
    say(f"Run {run.id}")
    if given.detach:
        say(f"It goes on by itself. See it with: counterproof runs follow {run.id}")
        return 0
    return follow_run(run, say)


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
            code = max(code, follow_run(run, say))
    return code
