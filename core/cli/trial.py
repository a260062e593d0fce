"""`counterproof trial`: carry out a plan, arm by arm and seed by seed, judge all of them alike, and tell what came."""

import argparse
import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.base.atomic_files import write_whole
from core.base.paths import folder
from core.cli.follow import Say
from core.cli.places import expect_device, place_of, submitted
from core.cli.trial_runs import TrialRuns
from core.runs.launchers import LOCAL, launcher
from core.runs.run import Run
from core.trials.cells import BUDGETS, EPOCHS
from core.trials.outcomes import HELD_OUT, TEST, Outcomes
from core.trials.plan import Plan, read_plan
from core.trials.report import report

AT_ONCE, AWAY = 2, 1_000  # runs at work or queued, on this machine and at an engine


def trial(given: argparse.Namespace, say: Say) -> int:
    """Make what is missing, keep and tell it; returns the exit code."""
    whole = read_plan(given.plan)
    plan = chosen(whole, given)
    expect_device(given)
    out = given.out or folder("trials") / plan.name
    split, budgets = (TEST if given.test else HELD_OUT), [EPOCHS] if given.epochs_only else list(BUDGETS)
    kept, trained = _kept(plan, out, split), Outcomes(plan, HELD_OUT, {})
    if split == TEST:
        trained = _kept(whole, out, HELD_OUT)
        if plan != whole or given.epochs_only or not trained.whole(BUDGETS):
            raise ValueError("test images are judged last and for the whole plan: carry all of it out on reserved "
                             "training images first")  # fmt: skip
    devices = given.device.split(",")
    made = 0

    def submit(task: str, arguments: Mapping[str, Any]) -> Run:
        nonlocal made
        given.device = devices[made % len(devices)]
        made += 1
        return submitted(task, arguments, given)

    here = (place_of(given)[0] or launcher()).key == LOCAL
    most = given.at_once or (AT_ONCE * len(devices) if here else AWAY)
    runs = TrialRuns(kept, submit, say, most, trained=trained.found)
    try:
        runs(budgets)
    finally:
        found = runs.outcomes
        out.mkdir(parents=True, exist_ok=True)
        found.save(out / f"{split}.json")
        page = report(found, command(given))
        write_whole(out / f"{split}.md", page.encode())
    say(page)
    say(f"Written to {out}")
    return 0


def chosen(plan: Plan, given: argparse.Namespace) -> Plan:
    """The plan, with the arms and seeds that were asked for alone."""
    if given.arms:
        names = [each.strip() for each in given.arms.split(",")]
        if unknown := [each for each in names if each not in plan.arms]:
            raise ValueError(f"there is no arm {unknown[0]!r}; there are {', '.join(plan.arms)}")
        arms = {name: plan.arms[name] for name in dict.fromkeys([plan.recipe, *names])}
        plan = replace(plan, arms=arms, left_out=tuple(name for name in plan.arms if name not in arms))
    return replace(plan, seeds=tuple(given.seeds)) if given.seeds else plan


def _kept(plan: Plan, out: Path, split: str) -> Outcomes:
    """What is known of this plan already; ValueError where the folder belongs to another one."""
    path = out / f"{split}.json"
    if not path.is_file():
        return Outcomes(plan, split, {}, {"python": sys.version.split()[0]})
    known = Outcomes.load(path)
    if known.plan != plan:
        raise ValueError(f"{path} is of another plan of this name, or of other arms or seeds of it: choose another "
                         "folder with --out, or remove it")  # fmt: skip
    return known


def command(given: argparse.Namespace) -> str:
    """The command that makes this page again."""
    words = ["counterproof", "trial", str(given.plan)]
    words += ["--arms", given.arms] if given.arms else []
    words += ["--seeds", *map(str, given.seeds)] if given.seeds else []
    words += [option for option, on in (("--epochs-only", given.epochs_only), ("--test", given.test)) if on]
    return shlex.join(words + (["--out", str(given.out)] if given.out else []))
