"""What came out of a trial, kept image by image, so that every number of its report can be made again."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.base.atomic_files import write_whole
from core.evaluation.outcomes import pack, unpack
from core.trials.cells import EPOCHS, Cell, equal_epochs, equal_evaluations
from core.trials.plan import Plan, plan_of
from core.untrusted.foreign_json import read_object

HELD_OUT, TEST = "held_out", "test"
SPLITS = {HELD_OUT: "reserved training images", TEST: "test images"}


@dataclass(frozen=True)
class Outcome:
    """One cell, trained and judged. values: by measure, what each image gave; course: by epoch, from 1, how many of the

    images that choose the epoch were right as they are and attacked, of the weights that were kept. run: its training;
    weights: their fingerprint; code: what the files of the engine hash to that trained it, "" where that is not known.
    """

    cell: Cell
    evaluations: float
    seconds: float
    kept: int
    course: list[list[float]]
    values: Mapping[str, list[float]]
    run: str = ""
    weights: str = ""
    code: str = ""

    def entry(self) -> dict[str, Any]:
        """In JSON: right and wrong as bits."""
        return asdict(self) | {"values": {name: _packed(each) for name, each in self.values.items()}}

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> "Outcome":
        """What `entry` made."""
        values = {name: _unpacked(each) for name, each in entry["values"].items()}
        return cls(**{**entry, "cell": Cell(**entry["cell"]), "values": values})


@dataclass(frozen=True)
class Outcomes:
    """All that is known of a trial on one split: whose plan it is, and the cells judged so far."""

    plan: Plan
    split: str
    found: Mapping[Cell, Outcome]
    facts: Mapping[str, Any] = field(default_factory=dict)

    def costs(self) -> dict[str, float] | None:
        """By arm the mean gradient evaluations in the planned epochs; None before all of these are there."""
        found = {arm: self.of(arm, EPOCHS) for arm in self.plan.arms}
        if None in found.values():
            return None
        return {arm: sum(each.evaluations for each in known) / len(known) for arm, known in found.items() if known}

    def cells(self, budget: str) -> list[Cell]:
        """The cells of a budget; of equal evaluations none before all costs are known."""
        if budget == EPOCHS:
            return equal_epochs(self.plan)
        return equal_evaluations(self.plan, costs) if (costs := self.costs()) else []

    def of(self, arm: str, budget: str) -> list[Outcome] | None:
        """The outcomes of an arm, a seed each, in the plan's order; None unless all are there."""
        cells = [cell for cell in self.cells(budget) if cell.arm == arm]
        known = [self.found[cell] for cell in cells if cell in self.found]
        return known if known and len(known) == len(cells) else None

    def means(self, arm: str, budget: str, measure: str) -> list[float]:
        """The mean over the images, a seed each; ValueError unless all are there."""
        if (found := self.of(arm, budget)) is None:
            raise ValueError(f"{arm} is not judged for every seed yet")
        return [sum(each.values[measure]) / len(each.values[measure]) for each in found]

    def whole(self, budgets: Iterable[str]) -> bool:
        """Whether every cell of these budgets is there."""
        return all(self.of(arm, budget) is not None for arm in self.plan.arms for budget in budgets)

    def save(self, path: Path) -> None:
        """Write `path`, whole or not at all."""
        cells = [self.found[cell].entry() for cell in sorted(self.found)]
        told = {"plan": self.plan.spec(), "split": self.split, **self.facts, "cells": cells}
        write_whole(path, (json.dumps(told, indent=1) + "\n").encode())

    @classmethod
    def load(cls, path: Path) -> "Outcomes":
        """What `save` wrote; ValueError in one sentence if it is something else, OSError if it cannot be read."""
        told = read_object(path)
        try:
            plan = plan_of(told["plan"]["name"], told["plan"])
            found = [Outcome.read(entry) for entry in told["cells"]]
            facts = {name: each for name, each in told.items() if name not in ("plan", "split", "cells")}
            return cls(plan, told["split"], {each.cell: each for each in found}, facts)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"{path.name} holds no outcomes of a trial that can be read") from error


def _packed(values: Sequence[float]) -> str | list[float]:
    return pack([value == 1 for value in values]) if set(values) <= {0.0, 1.0} and values else list(values)


def _unpacked(entry: str | list[float]) -> list[float]:
    return [float(each) for each in unpack(entry)] if isinstance(entry, str) else [float(each) for each in entry]
