"""`counterproof evaluate`: models x attacks x strengths on a data set, submitted as a run, followed, and told."""

import argparse
from dataclasses import fields
from typing import Any

from core.base.atomic_files import write_whole
from core.base.devices import absent
from core.base.params import to_spec
from core.catalog import ATTACKS, DATASETS, classifier_names
from core.cli.follow import Say, follow_run
from core.cli.out_folder import expect_empty
from core.cli.settings import read_value, split_setting
from core.data.by_name import known_data
from core.data.stored import at_path
from core.robustness.exports import files
from core.robustness.presets import PRESETS
from core.robustness.request import Evaluation
from core.robustness.tables import tables
from core.runs.store import DEVICE, Store

FORM = "--set METHOD.NAME=VALUE, such as pgd.steps=40"


def evaluate(given: argparse.Namespace, say: Say) -> int:
    """Submit an evaluation and follow it, or leave it to itself; returns the exit code."""
    asked = request_of(given)
    known = classifier_names()
    if unknown := [name for name in asked.classifiers if name not in known]:
        raise ValueError(f"there is no model {unknown[0]!r}; `counterproof methods` lists them")
    if DEVICE.fullmatch(given.device) and (reason := absent(given.device)):
        raise ValueError(reason)
    expect_empty(given.out)
    run = Store.usual().submit("evaluate", asked.arguments(), device=given.device)
    say(f"Run {run.id}")
    if given.detach:
        say(f"It goes on by itself. See it with: counterproof runs follow {run.id}")
        return 0
    code = follow_run(run, say)
    if (result := run.result()) and run.status.state == "completed":
        say(tables(result, asked))
        if given.out:
            for name, content in files(result, asked, run.metrics).items():
                write_whole(given.out / name, content)
            say(f"Written to {given.out}: {', '.join(files(result, asked, []))}")
    return code


def request_of(given: argparse.Namespace) -> Evaluation:
    """What the arguments ask for: a preset, the usual one if none is named, and what is said otherwise."""
    name = given.preset or "usual"
    if name not in PRESETS:
        raise ValueError(f"there is no preset {name!r}; there are {', '.join(PRESETS)}")
    usual = dict(PRESETS[name].arguments)
    said: dict[str, Any] = {each: getattr(given, each) for each in
                            ("data", "count", "batch", "seed", "only_standing", "title")}  # fmt: skip
    said = {each: value for each, value in said.items() if value is not None}
    if given.classifiers:
        said["classifiers"] = given.classifiers
    for each in ("strengths", "strengths_l2"):
        if getattr(given, each):
            said[each] = [read_value(text, real=True) for text in getattr(given, each).split(",")]
    asked = usual | said
    if not asked.get("classifiers"):
        raise ValueError("no model is named; `counterproof methods` lists them")
    if not asked.get("data"):
        raise ValueError("--data is missing; `counterproof data` lists what there is")
    if asked["data"] not in DATASETS and not asked["data"].startswith("own:"):
        asked["data"] = str(at_path(asked["data"]).path)  # the worker has another working folder
    if given.attacks is not None:
        asked["attacks"] = [
            _spec(key.strip(), usual["attacks"]) for key in given.attacks.split(",") if key.strip() not in ("", "none")
        ]
    _set(given.settings, asked["attacks"])
    return Evaluation.read(asked | known_data(asked["data"]))


def _spec(key: str, known: list[dict[str, Any]]) -> dict[str, Any]:
    """The JSON form of an attack by its key: the preset's, if it has one of this key."""
    if key not in ATTACKS:
        raise ValueError(f"there is no attack {key!r}; there are {', '.join(sorted(ATTACKS))}")
    return next((dict(each) for each in known if each["method"] == key), to_spec(ATTACKS[key]()))


def _set(settings: list[str], attacks: list[dict[str, Any]]) -> None:
    """Put ["pgd.steps=40"] in place; ValueError shows the form expected."""
    for each in settings:
        part, parameter, text = split_setting(each, FORM)
        mine = [spec for spec in attacks if spec["method"] == part]
        if not mine:
            raise ValueError(f"expected {FORM} of an attack that is named, got {each!r}")
        default = next((entry.default for entry in fields(ATTACKS[part]) if entry.name == parameter), None)
        for spec in mine:
            spec[parameter] = read_value(text, isinstance(default, float))
