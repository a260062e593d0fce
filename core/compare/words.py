"""A comparison of two models on one image as plain sentences."""

import math
from collections.abc import Sequence

from core.compare.comparison import SIDES, Comparison, Reach, Side
from core.study.words import percent, strength

UNTRIED = "is not fooled, but the attack found no gradient in it to follow, which says nothing about it"
NAMES: dict[Side, str] = {"before": "Before refinement", "after": "After refinement"}


def headline(comparison: Comparison, truth: int | None = None) -> str:
    """Which of the two models is fooled; "" until both have been attacked. truth: the picture's class, if known."""
    found = {side: _state(comparison, side, truth) for side in SIDES}
    if not all(found.values()):
        return ""
    if "wrong" in found.values() or "untried" in found.values():
        said = {"fooled": "is fooled", "held": "holds", "wrong": "is wrong before any attack", "untried": UNTRIED}
        if found["before"] == found["after"] == "wrong":
            return "Both models are wrong on this picture before any attack."
        return f"The model before refinement {said[found['before']]}; the model after it {said[found['after']]}."
    fooled = [side for side in SIDES if found[side] == "fooled"]
    if len(fooled) == 1:
        return f"Only the model {fooled[0]} refinement is fooled on this picture."
    return f"{'Both models are' if fooled else 'Neither model is'} fooled on this picture."


def details(comparison: Comparison, truth: int | None = None) -> list[str]:
    """A sentence for each model that has been attacked: its answers before and after, and whether they are right."""
    return [said for side in SIDES if (said := _one(comparison, side, truth))]


def _state(comparison: Comparison, side: Side, truth: int | None) -> str:
    attacked = comparison.studies[side].attacked
    if attacked is None:
        return ""
    if truth is not None and attacked.before.top != truth:
        return "wrong"
    return "fooled" if attacked.fooled else "held" if attacked.gradient else "untried"


def _one(comparison: Comparison, side: Side, truth: int | None) -> str:
    attacked = comparison.studies[side].attacked
    if attacked is None:
        return ""
    labels = comparison.studies[side].labels
    first, last = (f"{labels[each.top]}, {percent(each[each.top])}" for each in (attacked.before, attacked.after))
    state = _state(comparison, side, truth)
    if state == "wrong":
        assert truth is not None
        begun = f"{NAMES[side]}: {first}, though the picture is labelled {labels[truth]}"
        if not attacked.fooled:
            return f"{begun}; the attack does not change that."
        return f"{begun}; the attack makes it {last}, {'now right' if attacked.after.top == truth else 'still wrong'}."
    return f"{NAMES[side]}: {first}, {'becomes' if state == 'fooled' else 'stays'} {last}."


def transferred(comparison: Comparison) -> str:
    """Whether the attacks made for one fool the other; "" until that is known."""
    forth, back = comparison.fooled("after"), comparison.fooled("before")
    if forth is None or back is None:
        return ""
    said = {True: "the answer changes", False: "the answer stays"}
    return f"Shown the image made for the other model: before refinement {said[back]}; after refinement {said[forth]}."


def below(comparison: Comparison) -> str:
    """Which model was fooled by less than its bound, which proves that it is no certificate; "" if none was."""
    fooled = []
    for side in SIDES:
        attacked, reach = comparison.studies[side].attacked, comparison.crossings[side].reach
        if attacked is None or reach is None or reach.wrong or not attacked.fooled:
            continue
        if attacked.sizes["l2" if reach.norm == 2 else "linf"] < reach.value:
            fooled.append(NAMES[side].lower())
    if not fooled:
        return ""
    return f"The attack above needed less than this number {' and '.join(fooled)}: it is an estimate, not a guarantee."


def reading(reaches: Sequence[Reach], allowed: float = math.inf) -> str:
    """What two bounds say, first before then after, without a claim about safety.

    allowed: the strength of the attack, in the norm of the bounds; infinite if it has none.
    """
    first, second = reaches
    if first.wrong or second.wrong:
        return "Where a model is wrong before any attack, its estimate is 0."
    if first.value <= 0 or not math.isfinite(first.value) or not math.isfinite(second.value):
        return ""
    times = second.value / first.value
    said = f"After refinement the estimate is {times:.2g} times that before it"
    if 0.95 < times < 1.05:
        said = "By this estimate the two models are about equally hard to turn on this picture"
    if math.isfinite(allowed):
        over = [side for side, each in zip(SIDES, reaches, strict=True) if each.value > allowed]
        asked = f"{strength(allowed, first.norm)} that the attack was allowed"
        named = {
            0: "both are below",
            1: f"only the one {over[0] if over else ''} refinement is above",
            2: "both are above",
        }
        said += f"; {named[len(over)]} the {asked}"
    return f"{said}."


def shares(reaches: Sequence[Reach]) -> str:
    """What the spurious shares say where the later is the larger, against the aim of a refinement; else ""."""
    first, second = reaches
    if second.share <= first.share + 0.02:
        return ""
    return "After refinement a larger share of the sensitivity lies in that model's own spurious region, not a smaller."
