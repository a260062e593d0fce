"""`counterproof evaluate`: models x attacks x strengths on a data set, submitted as a run, followed, and told."""

import argparse
from typing import Any

from core.cli.attack_settings import data_for_worker, named_attacks, set_attacks, strengths
from core.cli.follow import Say
from core.cli.measured import measured
from core.data.by_name import known_data
from core.robustness.exports import files
from core.robustness.presets import PRESETS
from core.robustness.request import Evaluation
from core.robustness.tables import tables


def evaluate(given: argparse.Namespace, say: Say) -> int:
    """Submit an evaluation and follow it, or leave it to itself; returns the exit code."""
    asked = request_of(given)
    return measured(
        "evaluate", asked.arguments(), asked.classifiers, given, say, told=lambda result: tables(result, asked),
        files=lambda result, run: files(result, asked, run.metrics),
    )  # fmt: skip


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
