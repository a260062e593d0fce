"""The trainings of a trial: every arm with every seed, for equal epochs, and for equal gradient evaluations."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from core.trials.plan import Plan

EPOCHS, EVALUATIONS = "epochs", "evaluations"
BUDGETS = {EPOCHS: "equal epochs", EVALUATIONS: "equal gradient evaluations"}
NEAR = 0.01  # of an epoch: a cost that is so near is the same


@dataclass(frozen=True, order=True)
class Cell:
    """One training: an arm, a seed, and for how many epochs."""

    arm: str
    seed: int
    epochs: int


def equal_epochs(plan: Plan) -> list[Cell]:
    """Seed by seed, so that all arms grow together."""
    return [Cell(arm, seed, plan.schedule.epochs) for seed in plan.seeds for arm in plan.arms]


def equal_evaluations(plan: Plan, costs: Mapping[str, float]) -> list[Cell]:
    """The same with as many epochs for each arm as spend no less than the recipe does; the recipe has those planned.

    costs: gradient evaluations of each arm in the planned epochs. An arm that costs more than the recipe keeps its
    epochs: none of them is given less than planned.
    """
    epochs = {arm: as_many(plan.schedule.epochs, costs[plan.recipe], costs[arm]) for arm in plan.arms}
    return [Cell(arm, seed, epochs[arm]) for seed in plan.seeds for arm in plan.arms]


def as_many(epochs: int, spent: float, cost: float) -> int:
    """For how many epochs to train what costs `cost` in `epochs`, to spend no less than `spent`.

    >>> as_many(20, 115.0, 100.0), as_many(20, 101.0, 100.0), as_many(20, 100.01, 100.0), as_many(20, 90.0, 100.0)
    (23, 21, 20, 20)
    """
    return max(epochs, math.ceil(epochs * spent / cost - NEAR))
