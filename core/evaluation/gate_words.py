"""The gates that a claim of robustness must pass, in words, and how a checkpoint stands with them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core.checkpoints.card import Card, shipped_card
from core.checkpoints.mask_source import guided

GATES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "G1": ("Stronger attacks find more", "One step leaves no fewer images right than many steps, and AutoAttack "
               "finds at most 5 points more than 100 steps of PGD."),
        "G2": ("No attack without gradients is ahead", "Square, and images made on another model, find no more than "
               "AutoAttack does."),
        "G3": ("Large changes win", "At 64/255 at most one image in a hundred is still right, and a larger change "
               "never leaves more right."),
        "G4": ("Noise does little", "Random changes of the same size cost at most 3 points."),
        "G5": ("No warning of AutoAttack", "Answers do not vary, gradients are there, scores are scores."),
        "G6": ("More steps change nothing", "100 steps of PGD in place of 50 change less than half a point."),
        "G7": ("Better than its controls", "At equal cost it is right more often under attack than plain adversarial "
               "training and than the control of random regions, beyond the interval."),
        "G8": ("Its maps are about the model", "Gains in how still maps stay survive the randomisation of the network "
               "and hold among images of like confidence."),
    }
)  # fmt: skip
OF_GUIDED = ("G7", "G8")  # asked of those alone whose training an explanation guided
STATES = {True: "passed", False: "failed", None: "not decided"}


def states(card: Card | None) -> dict[str, bool | None]:
    """Gate that applies -> passed, failed, or None where it was not looked at or is not decided.

    >>> len(states(Card())), len(states(Card(objective={"method": "lime_guided"})))
    (6, 8)
    """
    found: Mapping[str, Any] = (card.gates or {}).get("passed", {}) if card is not None else {}
    asked = [gate for gate in GATES if gate not in OF_GUIDED or (card is not None and guided(card))]
    return {gate: found.get(gate) if isinstance(found.get(gate), bool) else None for gate in asked}


def state(card: Card | None, gate: str) -> str:
    """How a checkpoint stands with one gate, in words.

    >>> state(Card(gates={"passed": {"G1": True}}), "G1"), state(Card(), "G7")
    ('passed', 'does not apply')
    """
    found = states(card)
    return STATES[found[gate]] if gate in found else "does not apply"


def short(card: Card | None) -> str:
    """How many gates are passed, in a few words.

    >>> short(None)
    'not checked'
    >>> short(Card(gates={"passed": {"G1": True, "G3": None, "G4": False}}))
    '1 of 6 passed, 1 failed'
    """
    found = list(states(card).values())
    if found.count(None) == len(found):
        return "not checked"
    failed = f", {found.count(False)} failed" if False in found else ""
    return f"{found.count(True)} of {len(found)} passed{failed}"


def listed(card: Card | None) -> str:
    """Every gate with its state, one a line, for a hover text.

    >>> listed(None).splitlines()[0]
    'not decided: Stronger attacks find more'
    """
    return "\n".join(f"{STATES[state]}: {GATES[gate][0]}" for gate, state in states(card).items())


def of_model(name: str) -> Card | None:
    """The card of a shipped classifier by name; None for any other: its gates have not been looked at."""
    return shipped_card(name)
