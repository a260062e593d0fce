"""A comparison of two models on one image as plain sentences."""

import math
from collections.abc import Sequence

from core.compare import SIDES, Comparison, Reach, Side
from core.words import percent

NAMES: dict[Side, str] = {"before": "Before refinement", "after": "After refinement"}


def headline(comparison: Comparison, truth: int | None = None) -> str:
    """What came of it for both models; "" until both have been attacked. truth: the picture's class, if it is known."""
    said = [_one(comparison, side, truth) for side in SIDES]
    return " ".join(said) if all(said) else ""


def _one(comparison: Comparison, side: Side, truth: int | None) -> str:
    attacked = comparison.studies[side].attacked
    if attacked is None:
        return ""
    labels = comparison.studies[side].labels
    first, last = labels[attacked.before.top], labels[attacked.after.top]
    sure = percent(attacked.after[attacked.after.top])
    if truth is not None and attacked.before.top != truth:
        turned = f"the attack turns it into {last}, {sure}" if attacked.fooled else "the attack does not change it"
        return f"{NAMES[side]} the answer is wrong already, {first}; {turned}."
    if attacked.fooled:
        return f"{NAMES[side]} the model is fooled: {first} becomes {last}, {sure}."
    return f"{NAMES[side]} it holds: still {last}, {sure}."


def transferred(comparison: Comparison) -> str:
    """Whether the attacks made for one fool the other; "" until that is known."""
    forth, back = comparison.fooled("after"), comparison.fooled("before")
    if forth is None or back is None:
        return ""
    said = {True: "changes the answer of", False: "does not change the answer of"}
    return (
        f"The attack made for the model before refinement {said[forth]} the model after it; "
        f"the one made for the model after refinement {said[back]} the model before it."
    )


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


def size(value: float, norm: float) -> str:
    """A bound for the screen, in its norm.

    >>> size(0.5 / 255, math.inf), size(0.0, math.inf), size(0.1234, 2), size(1.0, math.inf)
    ('0.50/255', '0', '0.12', 'none')
    """
    if value == 0:
        return "0"
    if not math.isfinite(value) or (norm == math.inf and value >= 1):
        return "none"
    shown = value if norm == 2 else value * 255
    digits = 2 if shown < 1 else 1 if shown < 10 else 0
    return f"{shown:.{digits}f}" + ("" if norm == 2 else "/255")


def reading(reaches: Sequence[Reach]) -> str:
    """What two bounds say, first before then after: one sentence, without a claim about safety."""
    first, second = reaches
    if first.wrong or second.wrong:
        return "Where the original is answered wrongly already, no change is needed and the bound is 0."
    if first.value <= 0 or not math.isfinite(first.value) or not math.isfinite(second.value):
        return ""
    times = second.value / first.value
    if 0.95 < times < 1.05:
        return "By this measure the two models are about equally hard to turn on this picture."
    if times > 1:
        return f"By this measure the model after refinement takes {times:.1f} times the change on this picture."
    return f"By this measure the model after refinement takes only {times:.2f} times the change on this picture."


def short(eps: float, norm: float) -> str:
    """A strength as short as can be, for the buttons of a row.

    >>> short(8 / 255, math.inf), short(0.5, 2)
    ('8/255', '0.5')
    """
    return f"{eps * 255:.3g}/255" if norm == math.inf else f"{eps:.3g}"


def interval(found: Sequence[float], times: float, digits: int) -> str:
    """A value with its 95 % interval.

    >>> interval((0.5, 0.45, 0.5512), 100, 1)
    '50.0 (45.0 to 55.1)'
    """
    value, low, high = (f"{round(times * each, digits) + 0.0:.{digits}f}".replace("-", "−") for each in found)
    return f"{value} ({low} to {high})"


def change(found: Sequence[float], times: float, digits: int) -> str:
    """A difference with its 95 % interval, each with its sign.

    >>> change((0.5, -0.05, 0.6), 100, 0)
    '+50 (−5 to +60)'
    """
    said = [f"{round(times * each, digits) + 0.0:+.{digits}f}".replace("-", "−") for each in found]
    return f"{said[0]} ({said[1]} to {said[2]})"
