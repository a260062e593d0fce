"""What a trial has shown, as a page in Markdown: made from the kept outcomes alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields

from core.base.units import in_shell
from core.contracts.attack import Attack
from core.trials.cells import BUDGETS
from core.trials.differences import Ahead
from core.trials.equal_robustness import equal_robust
from core.trials.measures import ATTACKED, CLEAN, STEADY, named
from core.trials.outcomes import SPLITS, Outcomes
from core.trials.verdict import gap, verdict

CORRELATED = f"{STEADY}:"
MINUS = (
    "minus each of the others, in points (in a correlation: as it is), with the 95 % interval of networks trained anew "
    "and judged on other images; in brackets that of these networks on other images."
)
BY_CHANCE = (
    "Of such intervals about one in twenty does not hold the true value, so take nothing in the other columns as shown"
)


def report(told: Outcomes, command: str) -> str:
    """The page; `command` is the one that makes the trial. What is not there yet is left out, and said."""
    plan = told.plan
    lines = [f"# {plan.title}", "", f"**Question.** {plan.question}", "",
             f"**Expected before.** {plan.expected or 'Nothing was written down.'}", "",
             f"**What came.** {verdict(told)}", "", _setting(told), "", f"    {command}", ""]  # fmt: skip
    for budget, title in BUDGETS.items():
        if not told.whole([budget]):
            lines += [f"## For {title}", "", "Not all of these are made yet.", ""]
            continue
        lines += [f"## For {title}", "", *_arms(told, budget), ""]
        lines += [f"{plan.arms[plan.recipe].title} {MINUS} The question is “{named(plan.asks)}”. {BY_CHANCE}:", "",
                  *_gaps(told, budget), ""]  # fmt: skip
        lines += [*equal_robust(told, budget), ""]
    return "\n".join(lines).rstrip() + "\n"


def _setting(told: Outcomes) -> str:
    """What all arms have in common, in sentences."""
    plan, schedule, judging = told.plan, told.plan.schedule, told.plan.judging
    few = f"{plan.images - schedule.held_out:,} training images" if plan.images else "all other training images"
    before = "no arm" if plan.start == "scratch" else "neither an arm nor the base"
    attacks = "; ".join(map(_attack, judging.attacks))
    start = "trained from scratch" if plan.start == "scratch" else "refined from its checkpoint"
    return (
        f"`{plan.base}` {start} on {few} of `{plan.data}`, {schedule.epochs} epochs, batches of {schedule.batch}, "
        f"seeds {', '.join(map(str, plan.seeds))}; {schedule.held_out:,} more choose the epoch, under the first attack"
        f"{'' if plan.asks == ATTACKED else ', although the question is another one'}."
        f" All are judged on {_count(told, CLEAN):,} {SPLITS[told.split]} that {before} has learnt from"
        f"{_fewer(told)}, under {attacks}.{_code(told)}"
    )


def _count(told: Outcomes, measure: str) -> int:
    return max((len(outcome.values[measure]) for outcome in told.found.values()), default=0)


def _fewer(told: Outcomes) -> str:
    """What is said of measures that were taken on another number of images."""
    counts = {measure: _count(told, measure) for measure in told.plan.judging.measures}
    others = [f"{count:,} for “{named(measure)}”" for measure, count in counts.items() if count != counts[CLEAN]]
    return f" ({', '.join(others)})" if others else ""


def _code(told: Outcomes) -> str:
    """A warning where the trainings were not all made by the same code."""
    many = len({outcome.code for outcome in told.found.values()})
    return f" **Beware:** they were trained by {many} versions of the engine." if many > 1 else ""


def _attack(attack: Attack) -> str:
    """An attack with its parameters.

    >>> from core.attacks.fgsm import FGSM
    >>> _attack(FGSM(eps=8 / 255))
    'FGSM (eps 8/255)'
    """
    told = [f"{entry.name} {in_shell(entry, getattr(attack, entry.name))}" for entry in fields(attack)]
    return f"{attack.title} ({', '.join(told)})"


def _arms(told: Outcomes, budget: str) -> Iterator[str]:
    """A line an arm: the mean over the seeds, and the smallest and largest."""
    measures = told.plan.judging.measures
    yield f"| arm | {' | '.join(map(named, measures))} | epochs | gradient evaluations, million |"
    yield "|---" * (3 + len(measures)) + "|"
    for arm, facts in told.plan.arms.items():
        found = told.of(arm, budget) or []
        cells = [_spread(told.means(arm, budget, measure), measure) for measure in measures]
        spent = sum(each.evaluations for each in found) / len(found) / 1e6
        yield f"| {facts.title} | {' | '.join(cells)} | {found[0].cell.epochs} | {spent:.2f} |"


def _spread(means: Sequence[float], measure: str) -> str:
    show: Callable[[float], str] = (lambda one: f"{one:.3f}") if measure.startswith(CORRELATED) else _percent
    unit = "" if measure.startswith(CORRELATED) else " %"
    middle, low, high = sum(means) / len(means), min(means), max(means)
    return f"{show(middle)}{unit} ({show(low)} to {show(high)})"


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _gaps(told: Outcomes, budget: str) -> Iterator[str]:
    """A line a control: how far the recipe is ahead of it in every measure."""
    plan, measures = told.plan, told.plan.judging.measures
    yield f"| minus | {' | '.join(map(named, measures))} |"
    yield "|---" * (1 + len(measures)) + "|"
    for arm, facts in plan.arms.items():
        if arm != plan.recipe:
            cells = [_gap(gap(told, arm, budget, measure), measure) for measure in measures]
            yield f"| {facts.title} | {' | '.join(cells)} |"


def _gap(found: Ahead, measure: str) -> str:
    times, form = (1, "+.3f") if measure.startswith(CORRELATED) else (100, "+.2f")
    value, *ends = (f"{times * each:{form}}" for each in (found.value, *found.both, *found.images))
    return f"{value}, {ends[0]} to {ends[1]} ({ends[2]} to {ends[3]})"
