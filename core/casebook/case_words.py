"""A saved case and what an expert said of it, in a few words."""

from core.casebook.answers import ExpertAnswer
from core.casebook.records import SavedCase
from core.catalog import ATTACKS
from core.study.words import strength

NORMS = {"linf": float("inf"), "l2": 2.0, "l1": 1.0, "l0": 0.0}
STATES = {True: "fooled", False: "held", None: "no gradient to follow"}


def outcome(case: SavedCase) -> str:
    """What came of the attack; of a comparison, on both models."""
    if case.kind == "image":
        return STATES[case.fooled]
    if case.defended:
        return "fooled before, held after"
    if case.fooled is None or case.defended is None:
        return "not decided: no gradient to follow"
    return "fooled before and after" if case.fooled else "held before refinement"


def attack_title(key: str) -> str:
    """What people call an attack; one that is not known here any more by its key."""
    return ATTACKS[key].title if key in ATTACKS else key


def limit(case: SavedCase) -> str:
    """How strong the attack was, in words."""
    return strength(case.strength, NORMS.get(case.norm, float("inf")))


def moment(case: SavedCase) -> str:
    """When it was saved, to the minute."""
    return f"{case.created:%Y-%m-%d %H:%M} UTC"


def said(answer: ExpertAnswer) -> str:
    """An answer in words, without its comment.

    >>> said(ExpertAnswer("", "E", "blind", 8, 8, "agree", "left", "right"))
    'agrees with the model; took the left image for the attacked one, which was the right one (asked before being told)'
    """
    verdicts = {"agree": "agrees with the model", "disagree": "disagrees with the model", "unsure": "is unsure"}
    parts = [verdicts[answer.verdict]] if answer.verdict else []
    if answer.guess == "cannot tell":
        parts.append("could not tell which image was attacked")
    elif answer.guess:
        was = f", which was the {answer.attacked_side} one" if answer.attacked_side else ""
        was = ", rightly" if answer.guess == answer.attacked_side else was
        parts.append(f"took the {answer.guess} image for the attacked one{was}")
    order = " (asked before being told)" if answer.order_shown == "blind" else ""
    return f"{'; '.join(parts) or 'no verdict'}{order}"
