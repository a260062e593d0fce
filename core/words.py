"""Findings as plain sentences."""

import math

from core.attacked import Attacked
from core.contracts import Attack
from core.measure import Row, exceeded


def percent(probability: float) -> str:
    """A probability for the screen: whole percent, but never a rounded 0 or 100.

    >>> [percent(value) for value in (0.973, 0.9996, 0.0004, 1.0)]
    ['97 %', '> 99 %', '< 1 %', '> 99 %']
    """
    if probability > 0.995:
        return "> 99 %"
    return "< 1 %" if probability < 0.005 else f"{100 * probability:.0f} %"


def strength(value: float, norm: float) -> str:
    """A bound in words: '8/255 per pixel' for L-infinity, a length for L2, a number of pixels for L0.

    >>> strength(8 / 255, math.inf), strength(0.5, 2), strength(3, 0)
    ('8/255 per pixel', 'an L2 length of 0.5', '3 pixels')
    """
    if norm == math.inf:
        return f"{value * 255:.3g}/255 per pixel"
    if norm == 0:
        return f"{value:.0f} pixel{'' if value == 1 else 's'}"
    return f"an L{norm:g} length of {value:.3g}"


def change(attacked: Attacked, method: Attack) -> str:
    """What was done to the image: the bound where there is one, else the measured size."""
    if method.norm == 0:
        return f"changing {strength(attacked.sizes['l0'], 0)}"
    if math.isfinite(method.bound):
        return f"a change of at most {strength(method.bound, method.norm)}"
    return f"a change of {strength(attacked.sizes['l2'], 2)} (at most {strength(attacked.sizes['linf'], math.inf)})"


def verdict(attacked: Attacked, method: Attack, labels: tuple[str, ...]) -> tuple[str, str, str]:
    """Three sentences: before, after, and whether it survives saving."""
    first, last = attacked.before.top, attacked.after.top
    before = f"Before: {labels[first]}, {percent(attacked.before[first])}."
    outcome = f"{labels[last]}, {percent(attacked.after[last])}"
    if attacked.fooled:
        after = f"After {change(attacked, method)}: {outcome}. The model was fooled."
        kept = "Yes" if attacked.survives else "No"
        return before, after, f"Survives saving as an 8-bit picture: {kept.lower()}."
    if last == first:
        after = f"After {change(attacked, method)}: still {outcome}. The model held."
    else:
        after = f"After {change(attacked, method)}: {outcome}, which is not the answer aimed at. The model held."
    return before, after, ""


def finding(found: list[Row]) -> str:
    """One sentence: whether the map moved more under attack than its controls did, by rank agreement."""
    counts = exceeded(found, "spearman")
    if "noise" not in counts:
        return "Controls are still to come."
    less, draws = counts["noise"]
    seeds = counts.get("seed")
    if less < draws:
        return f"In {draws - less} of {draws} draws, ordinary noise moved it as much as the attack or more."
    if seeds is not None and seeds[0] < seeds[1]:
        return f"It moved more than in all {draws} draws of ordinary noise, but no more than between two seeds."
    also = ", and more than between two seeds" if seeds is not None else ""
    tail = ""
    if counts.get("switch", (1, 1))[0] == 0:
        tail = " But asking about the new answer on the unchanged image moves it as much or more."
    return f"It moved more than in all {draws} draws of ordinary noise{also}.{tail}"
