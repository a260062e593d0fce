"""`counterproof refine`: a request from arguments, submitted as a run and followed."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from core.base.params import Method, to_spec
from core.catalog import LAYERS, OBJECTIVES
from core.cli.attack_settings import data_for_worker
from core.cli.follow import Say, follow_run
from core.cli.places import expect_device, submitted
from core.cli.settings import read_value, split_setting
from core.refinement.check import check
from core.refinement.presets import PRESETS
from core.refinement.request import Refinement
from core.training.schedule import Schedule

FORM = "--set objective.NAME=VALUE, schedule.NAME=VALUE or LAYER.NAME=VALUE"
HINTS = {"too few": "; take more, or hold out fewer: --set schedule.held_out=N"}  # by the cause of a refusal


def refine(given: argparse.Namespace, say: Say) -> int:
    """Submit a refinement and follow it, or leave it to itself; returns the exit code."""
    passed = check(request_of(given))
    if passed.refusal:
        raise ValueError(passed.refusal + HINTS.get(passed.cause, ""))
    expect_device(given)
    run = submitted("refine", passed.request.arguments(), given)
    say(f"Run {run.id}")
    if given.detach:
        say(f"It goes on by itself. See it with: counterproof runs follow {run.id}")
        return 0
    return follow_run(run, say)


def request_of(given: argparse.Namespace) -> Refinement:
    """What the arguments of `refine` ask for: a preset, if one is named, and what is said otherwise."""
    if given.preset and given.preset not in PRESETS:
        raise ValueError(f"there is no preset {given.preset!r}; there are {', '.join(PRESETS)}")
    if given.base and given.base_too and given.base != given.base_too:
        raise ValueError(f"two bases were named, {given.base} and {given.base_too}")
    preset = PRESETS[given.preset].request if given.preset else None
    said: dict[str, Any] = {"base": given.base or given.base_too, "data": given.data, "start": given.start,
                            "images": given.images, "title": given.title}  # fmt: skip
    said = {name: value for name, value in said.items() if value is not None}
    objective = _objective(given.objective, preset)
    for name, known in (("base", "base" in said), ("data", "data" in said), ("objective", bool(objective))):
        if (not known and preset is None) or said.get(name) == "":
            raise ValueError(f"--{name} is missing; or choose a --preset: {', '.join(PRESETS)}")
    if "data" in said:
        said["data"] = data_for_worker(said["data"])
    schedule = asdict(preset.schedule) if preset else {}
    layers = {layer.key: to_spec(layer) for layer in preset.layers} if preset else {}
    layers |= {key: {"method": key} for key in given.layers if key not in layers}
    _set(given.settings, objective, schedule, layers)
    usual = preset.arguments() if preset else {}
    return Refinement.read(usual | said | {"objective": objective, "schedule": schedule, "layers": [*layers.values()]})


def _objective(named: str | None, preset: Refinement | None) -> dict[str, Any]:
    """The JSON form of the objective that is named, or else of the preset's; empty if there is neither."""
    if preset is not None and named in (None, "", preset.objective.key):
        return to_spec(preset.objective)
    return {"method": named} if named else {}


def _set(
    settings: list[str], objective: dict[str, Any], schedule: dict[str, Any], layers: dict[str, dict[str, Any]]
) -> None:
    """Put ["objective.eps=8/255", "schedule.epochs=3"] in place; ValueError shows the form expected."""
    method = str(objective["method"])
    kinds: Mapping[str, tuple[type[Method] | None, dict[str, Any]]] = {
        "schedule": (Schedule, schedule),
        "objective": (OBJECTIVES.get(method), objective),
        method: (OBJECTIVES.get(method), objective),
        **{key: (LAYERS.get(key), layer) for key, layer in layers.items()},
    }
    for each in settings:
        part, parameter, text = split_setting(each, FORM)
        if part not in kinds:
            raise ValueError(f"expected {FORM}, got {each!r}")
        kind, values = kinds[part]
        default = next((entry.default for entry in fields(kind) if entry.name == parameter), None) if kind else None
        values[parameter] = read_value(text, isinstance(default, float))
