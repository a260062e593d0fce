"""What the trials of this project have found of a way to learn, in sentences for whoever is about to train by it."""

from collections.abc import Sequence

from core.base.params import Method
from core.catalog import DATASETS
from core.trials.cells import BUDGETS, EPOCHS, EVALUATIONS
from core.trials.kept import kept_outcomes, shipped_plans
from core.trials.measures import named, shown
from core.trials.outcomes import HELD_OUT, Outcomes
from core.trials.plan import Plan
from core.trials.verdict import pays, shown_apart

SAID = {1: "it is ahead of every one, beyond the interval", -1: "it is behind every one, beyond the interval"}
OPEN = "No trial of it has been carried out to its end yet: whether the explanation adds anything is open."


def evidence(objective: type[Method]) -> list[str]:
    """Some sentences for each trial whose recipe learns by this objective; OPEN alone where none was carried out.

    Empty where no trial asks about it. ValueError or OSError where a plan or its outcomes cannot be read.
    """
    asked = {name: plan for name, plan in shipped_plans().items() if _asks(plan, objective)}
    kept = [told[HELD_OUT] for told in kept_outcomes(asked).values() if HELD_OUT in told]
    said = [sentences(told) for told in kept if told.whole([EPOCHS])]
    return said or ([OPEN] if asked else [])


def headline(found: Sequence[str]) -> str:
    """What `evidence` found, in one sentence.

    >>> headline([OPEN]) == OPEN, headline(["… it is ahead of every one, beyond the interval.", "…"])
    (True, 'In 1 of 2 trials carried out it is shown to be ahead of all its controls.')
    """
    if list(found) == [OPEN]:
        return OPEN
    won = sum(each.endswith(f"{SAID[1]}.") for each in found)
    one = len(found) == 1
    where = "In the one trial" if one else f"In {won or 'none'} of {len(found)} trials"
    return f"{where} carried out it is {'not ' if one and not won else ''}shown to be ahead of all its controls."


def sentences(told: Outcomes) -> str:
    """How many networks were trained, what the plan asks about with the explanation and with its controls, and what

    that shows. Of equal gradient evaluations where all of these are there, else of equal epochs.
    """
    plan = told.plan
    budget = EVALUATIONS if told.whole([EVALUATIONS]) else EPOCHS
    found = {arm: _mean(told.means(arm, budget, plan.asks)) for arm in (plan.recipe, *plan.controls)}
    asked = named(plan.asks)
    low, high = (choose(plan.controls, key=found.__getitem__) for choose in (min, max))
    least, most = (f"{shown(plan.asks, found[arm])} (“{plan.arms[arm].title}”)" for arm in (low, high))
    data = DATASETS[plan.data].title if plan.data in DATASETS else plan.data
    judged = len(next(iter(told.of(plan.recipe, budget) or ())).values[plan.asks])
    sign, many = pays(told, budget), len(plan.controls)
    what = SAID.get(sign) or f"it is not shown to be ahead of all of these, {shown_apart(told, budget)}"
    return (
        f"“{plan.title}” ({data}, {len(plan.seeds)} networks trained each way, {BUDGETS[budget]}). "
        f"{asked[0].upper()}{asked[1:]}, on {judged:,} pictures that none had learnt from: "
        f"{shown(plan.asks, found[plan.recipe])} with “{plan.arms[plan.recipe].title}”; its {many} controls reach from "
        f"{least} to {most}: {what}."
    )


def _asks(plan: Plan, objective: type[Method]) -> bool:
    return type(plan.arms[plan.recipe].objective) is objective


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
