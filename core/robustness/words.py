"""An evaluation in sentences and tables of plain text: for the shell, the Runs page, the Evaluate page and reports."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from core.base.units import in_255ths
from core.evaluation.gate_words import of_model, short
from core.robustness.request import Evaluation

PERCENT = 100
NO_NAMES: Mapping[str, str] = MappingProxyType({})


def strength_word(eps: float, norm: float) -> str:
    """A strength as short as can be.

    >>> strength_word(8 / 255, math.inf), strength_word(0.03, math.inf), strength_word(0.5, 2)
    ('8/255', '7.65/255', '0.5')
    """
    return in_255ths(eps, ".4g") if norm == math.inf else f"{eps:.3g}"


def focus(asked: Evaluation, norm: float) -> int:
    """The place of the strength that sentences tell: that of the first attack of this norm, else the middle one."""
    attack = next(each for each in asked.methods() if each.norm == norm)
    strengths = asked.strengths_of(attack)
    there = [place for place, eps in enumerate(strengths) if math.isclose(eps, attack.bound, rel_tol=1e-6)]
    return there[0] if there else len(strengths) // 2


def with_interval(share: Sequence[float], digits: int = 1) -> str:
    """A share with its 95 % interval, in percent.

    >>> with_interval((0.41, 0.38, 0.441))
    '41.0 % (38.0 to 44.1)'
    """
    value, low, high = (f"{PERCENT * each:.{digits}f}" for each in share)
    return f"{value} % ({low} to {high})"


def norms_of(asked: Evaluation) -> list[float]:
    """The norms in which the attacks are bounded, L-infinity first."""
    return sorted({attack.norm for attack in asked.methods()}, reverse=True)


def sentences(told: Mapping[str, Any], asked: Evaluation, names: Mapping[str, str]) -> list[str]:
    """What came of each model, in a sentence each. names: model -> what people call it."""
    said = []
    for name, model in zip(asked.classifiers, told["models"], strict=True):
        text = f"{names.get(name, name)} is right on {with_interval(model['accuracy'])} of {told['count']:,} images"
        for norm in norms_of(asked):
            worst, place = model["worst"][str(norm)], focus(asked, norm)
            count = len(worst["attacks"])
            by = asked.methods()[worst["attacks"][0]].named if count == 1 else f"the worst of {count} attacks"
            measure = "" if norm == math.inf else " in length"
            limit = strength_word(worst["strengths"][place], norm)
            text += f", and under {by} at {limit}{measure} on {with_interval(worst['accuracy'][place])}"
        said.append(f"{text}.")
    return said


def comparisons(told: Mapping[str, Any], asked: Evaluation, names: Mapping[str, str]) -> list[str]:
    """Every two models in a sentence, by a paired interval on the same images; only under attack, if there is one."""
    said = []
    for each in told["differences"]:
        first, second = (names.get(name, name) for name in (asked.classifiers[each["first"]],
                                                            asked.classifiers[each["second"]]))  # fmt: skip
        norms = norms_of(asked)
        if norms:
            found, where = each["worst"][str(norms[0])][focus(asked, norms[0])], "under attack"
        else:
            found, where = each["as_they_are"], "as they are"
        said.append(f"{where.capitalize()}, {compared(second, first, found)}.")
    return said


def compared(second: str, first: str, found: Sequence[float]) -> str:
    """A difference of two shares in words, with its interval.

    >>> compared("B", "A", (0.1, 0.06, 0.14))
    'B is right more often than A: by 10.0 points (6.0 to 14.0)'
    >>> compared("B", "A", (0.01, -0.02, 0.04))
    'B and A cannot be told apart: +1.0 points (-2.0 to +4.0)'
    """
    value, low, high = (PERCENT * each for each in found)
    if low <= 0 <= high:
        return f"{second} and {first} cannot be told apart: {value:+.1f} points ({low:+.1f} to {high:+.1f})"
    ends = sorted((abs(low), abs(high)))
    more = "more" if value > 0 else "less"
    return f"{second} is right {more} often than {first}: by {abs(value):.1f} points ({ends[0]:.1f} to {ends[1]:.1f})"


def found_words(result: Mapping[str, Any], names: Mapping[str, str] = NO_NAMES) -> list[str]:
    """The sentences of a completed evaluation, from its result; none for a result that is not one.

    >>> found_words({"hits": 3})
    []
    """
    try:
        asked = Evaluation.read(result["asked"])
        return [*sentences(result, asked, names), *comparisons(result, asked, names)] if result["count"] else []
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):  # of another version, or damaged
        return []


def checks(asked: Evaluation, names: Mapping[str, str] = NO_NAMES) -> str:
    """How the models stand with the eight checks against masked gradients, in a sentence."""
    said = "; ".join(f"{names.get(name, name)}: {short(of_model(name))}" for name in asked.classifiers)
    return f"Checks against masked gradients (8): {said}."


def saved(told: Mapping[str, Any]) -> str:
    """How many attacks on an image at a strength were not needed; "" where there was none to save."""
    cells = [each for model in told["models"] for each in model["attacks"]]
    naive, made = (sum(each[name] for each in cells) for name in ("naive", "made"))
    if not naive:
        return ""
    return (f"{made:,} attacks on one image at one strength were made, of the {naive:,} of attacking every image at "
            f"every strength: {PERCENT * (naive - made) / naive:.0f} % were saved.")  # fmt: skip
