"""Findings as plain sentences."""

import math
from collections.abc import Sequence

from core.base.units import in_255ths
from core.contracts.attack import Attack
from core.contracts.rounding import blank
from core.study.attack_record import Attacked
from core.study.maps import Maps
from core.study.measures import Row, exceeded

NO_GRADIENT = (
    "The attack found no gradient to follow, so this says nothing about how much the model withstands: try one that "
    "needs none, such as Square."
)


def percent(probability: float) -> str:
    """A probability for the screen: whole percent, but never a rounded 0 or 100.

    >>> [percent(value) for value in (0.973, 0.9996, 0.0004, 0.995, 0.005)]
    ['97 %', '> 99 %', '< 1 %', '> 99 %', '< 1 %']
    """
    if probability >= 0.995:
        return "> 99 %"
    return "< 1 %" if probability <= 0.005 else f"{100 * probability:.0f} %"


def strength(value: float, norm: float) -> str:
    """A bound in words: '8/255 per pixel' for L-infinity, a length for L2, a number of pixels for L0.

    >>> strength(8 / 255, math.inf), strength(0.5, 2), strength(3, 0)
    ('8/255 per pixel', 'an L2 length of 0.5', '3 pixels')
    """
    if norm == math.inf:
        return f"{in_255ths(value)} per pixel"
    if norm == 0:
        return f"{value:.0f} pixel{'' if value == 1 else 's'}"
    return f"an L{norm:g} length of {value:.3g}"


def change(attacked: Attacked, method: Attack) -> str:
    """What was done to the image: the bound where there is one, else the measured size."""
    if method.norm == 0:
        return f"changing {strength(attacked.sizes['l0'], 0)}"
    if method.norm == math.inf and math.isfinite(method.bound):
        return f"a change of at most {strength(method.bound, method.norm)}"
    return f"a change of at most {strength(attacked.sizes['linf'], math.inf)} (total length {attacked.sizes['l2']:.2g})"


def verdict(
    attacked: Attacked, method: Attack, labels: Sequence[str], truth: str | None = None
) -> tuple[str, str, str]:
    """Three sentences: before, after, and whether it survives saving ("" if the model was not fooled).

    truth: what the picture is labelled, in the model's words, if that is known: an answer that was wrong before any
    attack is called so.
    """
    first, last, target = attacked.before.top, attacked.after.top, attacked.target
    wrong = truth is not None and truth != labels[first]
    before = f"Before: {labels[first]}, {percent(attacked.before[first])}."
    if wrong:
        before += f" That is already wrong: the picture is labelled {truth}."
    outcome = f"{labels[last]}, {percent(attacked.after[last])}"
    held = "The model held." if attacked.gradient else NO_GRADIENT
    if attacked.sizes["linf"] == 0:
        return before, f"The attack left the picture as it was. {held}", ""
    after = f"After {change(attacked, method)}: "
    if attacked.fooled:
        turned = "The attack changed its answer." if wrong else "The model was fooled."
        saved = "Survives saving as an 8-bit picture: " + ("yes." if attacked.survives else "no.")
        return before, f"{after}{outcome}. {turned}", saved
    aim = "" if target is None else f", not {labels[target]} as aimed at ({percent(attacked.after[target])})"
    return before, f"{after}{'still ' if last == first else ''}{outcome}{aim}. {held}", ""


def no_map(maps: Maps) -> str:
    """Why the maps of one explainer cannot be compared, in a sentence; "" if they can.

    >>> import torch
    >>> plain, full = torch.zeros(2, 2), torch.eye(2)
    >>> no_map(Maps(plain, full, (0, 0), {}, 0.0)), no_map(Maps(full, full, (0, 0), {}, 0.0))
    ('No map: the original picture gives this method nothing to weigh, so there is nothing to compare.', '')
    """
    for name, values in (("original picture", maps.original), ("attacked image", maps.attacked)):
        if blank(values):
            return f"No map: the {name} gives this method nothing to weigh, so there is nothing to compare."
    return ""


def finding(found: Sequence[Row], answers: tuple[str, str] = ("", "")) -> str:
    """One sentence: whether the map moved more under attack than its controls did, by rank agreement; "" if unknown.

    answers: the original and the attacked image's, for a sentence about the change of the question.
    """
    counts = exceeded(found, "spearman") if found else {}
    if "noise" not in counts:
        return ""
    less, draws = counts["noise"]
    seeds = counts.get("seed")
    if less < draws:
        return (
            f"No finding: in {draws - less} of {draws} draws, ordinary noise moved the map as much as the attack did."
        )
    if seeds is not None and seeds[0] < seeds[1]:
        return "No finding: another seed of the method moved the map as much as the attack did."
    also = ", and more than between two seeds" if seeds is not None else ""
    tail = ""
    if counts.get("switch", (1, 1))[0] == 0:
        asked = f"‘{answers[1]}’ instead of ‘{answers[0]}’" if answers[0] else "the new answer"
        tail = f" But the question may explain it: asked about {asked}, the untouched original's map moves as much."
    luck = f" By luck alone this happens 1 time in {draws + 1}."
    drawn = f"all {draws} draws" if draws > 1 else "the one draw"
    return f"The map moved more than in {drawn} of ordinary noise{also}.{luck}{tail}"


def summary(findings: Sequence[str]) -> str:
    """One sentence over all maps whose controls are known.

    >>> summary(["The map moved more than in all 3 draws of ordinary noise.", "No finding: noise."])
    'Of 2 maps with controls, 1 moved more under attack than under ordinary noise.'
    """
    known = [each for each in findings if each]
    moved = [each for each in known if not each.startswith("No finding")]
    same = sum("But the question" in each for each in moved)
    if not known:
        return ""
    if len(known) == 1:
        said = f"The one map with controls moved {'' if moved else 'no '}more under attack than under ordinary noise."
    else:
        said = f"Of {len(known)} maps with controls, {len(moved)} moved more under attack than under ordinary noise."
    whom = "it" if len(known) == 1 else f"{same} of them"
    return said + (f" For {whom}, changing the question alone does as much." if same else "")
