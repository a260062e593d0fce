"""A case in a few words, and the colour of its mark; more of them in core.casebook.case_words."""

from core.casebook.case_words import STATES as STATES
from core.casebook.case_words import attack_title as attack_title
from core.casebook.case_words import limit as limit
from core.casebook.case_words import moment as moment
from core.casebook.case_words import outcome as outcome
from core.casebook.records import SavedCase

KINDS = {"image": "one picture, one model", "comparison": "two models compared"}


def state(case: SavedCase) -> str:
    """The colour of its mark: fooled, held or plain."""
    if case.kind == "comparison":
        return "held" if case.defended or case.fooled is False else "fooled" if case.fooled else "plain"
    return {True: "fooled", False: "held", None: "plain"}[case.fooled]


def about(case: SavedCase) -> str:
    """One line under its picture."""
    return f"{outcome(case)} · {attack_title(case.attack)}, {limit(case)}"
