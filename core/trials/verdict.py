"""What a trial says, in sentences: whether the recipe is ahead of all its controls, and whether that would hold."""

from core.trials.cells import BUDGETS
from core.trials.differences import Ahead, ahead
from core.trials.measures import STEADY, named
from core.trials.outcomes import Outcomes

WON = {1: "ahead of all {} controls", -1: "behind all {} controls", 0: "not shown to be ahead of all {} controls"}
FEW = 3  # seeds; with fewer nothing is said to be shown


def gap(told: Outcomes, arm: str, budget: str, measure: str) -> Ahead:
    """How far the recipe is ahead of an arm, for a budget whose cells are all there."""
    recipe, other = told.of(told.plan.recipe, budget), told.of(arm, budget)
    assert recipe is not None
    assert other is not None
    return ahead([each.values[measure] for each in recipe], [each.values[measure] for each in other])


def pays(told: Outcomes, budget: str, measure: str = "") -> int:
    """1 if the recipe is ahead of every control, -1 if behind every one, else 0: neither is shown.

    measure: what in; by default what the plan asks about.
    """
    measure = measure or told.plan.asks
    signs = {sign_of(told, gap(told, arm, budget, measure)) for arm in told.plan.controls}
    return signs.pop() if len(signs) == 1 else 0


def apart(told: Outcomes, budget: str, measure: str = "") -> dict[int, list[str]]:
    """The controls by what is shown of each: 1 those that the recipe is ahead of, -1 those it is behind, 0 neither."""
    found: dict[int, list[str]] = {1: [], -1: [], 0: []}
    for arm in told.plan.controls:
        found[sign_of(told, gap(told, arm, budget, measure or told.plan.asks))].append(arm)
    return found


def sign_of(told: Outcomes, found: Ahead) -> int:
    """1 where a lead is shown, -1 where the reverse is; 0 for neither, as of fewer than three seeds."""
    return found.sign if len(told.plan.seeds) >= FEW else 0


def shown_apart(told: Outcomes, budget: str, measure: str = "") -> str:
    """Which controls the recipe is ahead of and behind, by themselves, after "It is not shown to be ahead of all"."""
    found, titles = apart(told, budget, measure), told.plan.arms
    parts = [f"{word} {', '.join(f'“{titles[arm].title}”' for arm in found[sign])}"
             for sign, word in ((1, "ahead of"), (-1, "behind")) if found[sign]]  # fmt: skip
    if not parts:
        return "nor behind any of them"
    rest = "; against the others nothing is shown either way" if found[0] else ""
    return f"but {' and '.join(parts)}{rest}"


def verdict(told: Outcomes) -> str:
    """What can be said now, budget by budget, in what the plan asks about, and in whatever else is shown."""
    sentences = []
    for budget, title in BUDGETS.items():
        if not told.whole([budget]):
            sentences.append(f"For {title} the trial is not complete.")
            continue
        sentences += [f"For {title}: {_about(told, budget, measure)}" for measure in told.plan.judging.measures
                      if measure == told.plan.asks or pays(told, budget, measure)]  # fmt: skip
    if told.plan.left_out:
        sentences.append(f"Left out, so that nothing is said of them: {', '.join(told.plan.left_out)}.")
    if len(told.plan.seeds) < FEW:
        sentences.append(f"With {len(told.plan.seeds)} of at least {FEW} seeds nothing is shown either way.")
    return " ".join(sentences)


def _about(told: Outcomes, budget: str, measure: str) -> str:
    """One measure in one sentence, with the control that the recipe is least ahead of."""
    plan, kind = told.plan, measure.partition(":")[0]
    gaps = {arm: gap(told, arm, budget, measure) for arm in plan.controls}
    won = pays(told, budget, measure)
    nearest = max(gaps, key=lambda arm: gaps[arm].both[1]) if won < 0 else min(gaps, key=lambda arm: gaps[arm].both[0])
    found, times = gaps[nearest], 1 if kind == STEADY else 100
    low, high = found.both
    unit = "" if kind == STEADY else " points"
    said = f"{times * found.value:+.3g}{unit}, {times * low:+.3g} to {times * high:+.3g}"
    word = {1: "ahead of", -1: "behind", 0: "least surely ahead of"}[sign_of(told, found)]
    least = f"({'least behind' if won < 0 else word} “{plan.arms[nearest].title}”: {said})"
    rest = "" if won else f", {shown_apart(told, budget, measure)}"
    return f"“{plan.arms[plan.recipe].title}” is {WON[won].format(len(gaps))} in “{named(measure)}” {least}{rest}."
