"""`counterproof evaluate`: models x attacks x strengths on a data set, submitted as a run, followed, and told."""

import argparse
from typing import Any

from core.base.atomic_files import write_whole
from core.base.devices import absent
from core.catalog import classifier_names
from core.cli.attack_settings import data_for_worker, named_attacks, set_attacks, strengths
from core.cli.follow import Say, follow_run
from core.cli.out_folder import expect_empty
from core.data.by_name import known_data
from core.robustness.exports import files
from core.robustness.presets import PRESETS
from core.robustness.request import Evaluation
from core.robustness.tables import tables
from core.runs.store import DEVICE, Store


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
            said[each] = strengths(getattr(given, each))
    asked = usual | said
    if not asked.get("classifiers"):
        raise ValueError("no model is named; `counterproof methods` lists them")
    if not asked.get("data"):
        raise ValueError("--data is missing; `counterproof data` lists what there is")
    asked["data"] = data_for_worker(asked["data"])
    if given.attacks is not None:
        asked["attacks"] = named_attacks(given.attacks, usual["attacks"])
    set_attacks(given.settings, asked["attacks"])
    return Evaluation.read(asked | known_data(asked["data"]))
