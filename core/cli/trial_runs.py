"""The runs of a trial: found again or started, a few at a time, each training followed by its judgement."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from core.base.plain_line import plain_line
from core.data.by_name import known_data
from core.runs.run import Run
from core.runs.store import Store
from core.runs.tasks.trial import TrialRequest
from core.trials.cells import Cell
from core.trials.outcomes import Outcome, Outcomes

POLL = 2.0  # seconds between two looks
Say = Callable[[str], None]
Submit = Callable[[str, Mapping[str, Any]], Run]


@dataclass
class TrialRuns:
    """Carries a trial out. submit: starts a run of a task; most: so many at once, queued ones too."""

    outcomes: Outcomes
    submit: Submit
    say: Say
    most: int = 2
    store: Store = field(default_factory=Store.usual)
    known: dict[str, Run] = field(default_factory=dict)
    trained: Mapping[Cell, Outcome] = field(default_factory=dict)  # what is judged and not trained again, if any
    begun: set[str] = field(default_factory=set)  # runs started or gone on with here

    def __post_init__(self) -> None:
        for run in reversed(self.store.runs()):  # the newest of the same settings counts
            if run.spec.get("task") in ("refine", "trial"):
                self.known[_key(run.spec["task"], run.spec.get("arguments", {}))] = run

    def __call__(self, budgets: Sequence[str]) -> Outcomes:
        """All outcomes of these budgets, as far as they can be had; each is added as it comes, and said.

        ValueError names what failed, once nothing else is left to do. KeyboardInterrupt saves what is under way.
        """
        failed: dict[Cell, str] = {}
        try:
            while wanted := [cell for cell in self._missing(budgets) if cell not in failed]:
                alive = 0
                for cell in wanted:
                    if alive >= self.most:
                        break
                    try:
                        alive += self._go_on(cell)
                    except (ValueError, OSError) as error:
                        failed[cell] = plain_line(str(error))
                        self.say(f"{_named(cell)}: {failed[cell]}")
                if alive:
                    time.sleep(POLL)
        except KeyboardInterrupt:
            for run in self.known.values():
                if run.id in self.begun and run.status.alive:
                    with suppress(ValueError, OSError):
                        run.stop("save")
            raise
        if failed:
            raise ValueError(f"{len(failed)} of the trainings could not be made: " + "; ".join(
                f"{_named(cell)}: {why}" for cell, why in list(failed.items())[:3]))  # fmt: skip
        return self.outcomes

    def _missing(self, budgets: Sequence[str]) -> Iterator[Cell]:
        seen = dict.fromkeys(cell for budget in budgets for cell in self.outcomes.cells(budget))
        return (cell for cell in seen if cell not in self.outcomes.found)

    def _go_on(self, cell: Cell) -> bool:
        """Start what comes next for this cell; whether something of it is going on now. ValueError if it failed."""
        plan = self.outcomes.plan
        if (known := self.trained.get(cell)) is not None:
            training = self.store.run(known.run)
        else:
            training = self._run("refine", plan.refinement(cell.arm, cell.seed, cell.epochs).arguments())
        if training.status.state != "completed":
            return True
        asked = TrialRequest(
            f"run:{training.id}", plan.data, plan.judging.entry(), plan.reserved, self.outcomes.split,
            title=f"Trial {plan.name}: judge {cell.arm}, seed {cell.seed}, {cell.epochs} epochs",
            data_fingerprint=known_data(plan.data).get("data_fingerprint", ""),
        )  # fmt: skip
        judged = self._run("trial", {**vars(asked), "judging": plan.judging.entry()})
        if judged.status.state != "completed":
            return True
        outcome = outcome_of(cell, training, judged)
        if known is not None and outcome.weights != known.weights:
            raise ValueError(f"run {training.id} has other weights than those that were judged before")
        found = {**self.outcomes.found, cell: outcome}
        self.outcomes = replace(self.outcomes, found=found)
        shares = ", ".join(f"{measure} {sum(each) / len(each):.3f}" for measure, each in outcome.values.items())
        self.say(f"{_named(cell)}: {shares}")
        return False

    def _run(self, task: str, arguments: Mapping[str, Any]) -> Run:
        """The run with these settings, started or gone on with where need be; ValueError if it has failed twice."""
        key = _key(task, arguments)
        run = self.known.get(key)
        if run is None:
            run = self.known[key] = self.submit(task, arguments)
            self.begun.add(run.id)
        elif not run.status.alive and run.status.state != "completed":
            if run.id in self.begun:
                raise ValueError(f"run {run.id} {run.status.state}: {run.status.said}")
            self.begun.add(run.id)
            run.resume()
        return run


def outcome_of(cell: Cell, training: Run, judged: Run) -> Outcome:
    """What a training and its judgement have come to."""
    result, found = training.read_result(), judged.read_result()
    suffix = "_average" if result.get("averaged") else ""
    names = [f"{name}{suffix}" for name in ("clean", "robust")]
    course = [[row["epoch"] + 1, *(row["held"][name] for name in names if name in row["held"])]
              for row in training.metrics if "held" in row]  # fmt: skip
    return Outcome(
        cell, round(result["evaluations"]), round(result["seconds"], 1), result["epoch_kept"], course, found["values"],
        training.id, found["weights"], result.get("code", ""),
    )  # fmt: skip


def _key(task: str, arguments: Mapping[str, Any]) -> str:
    """The same for the same settings, whatever a run is called."""
    said = {name: value for name, value in arguments.items() if name != "title"}
    return json.dumps([task, said], sort_keys=True)


def _named(cell: Cell) -> str:
    return f"{cell.arm}, seed {cell.seed}, {cell.epochs} epochs"
