"""The strength of whatever attacks in L-infinity: its range, its usual value, and what is said beside its slider."""

from typing import Any

from core.base.params import param

LARGEST_CHANGE = "Largest change of a pixel"  # what the strength of an attack in L-infinity is
ON_DIGITS = 51 / 255  # the usual strength on black-and-white digits: a fifth of the range


def linf_strength(more: str = "") -> Any:
    """The parameter `eps` of whatever attacks in L-infinity, an objective too; `more` is added to its help."""
    help = f"{LARGEST_CHANGE}. {more}" if more else LARGEST_CHANGE
    return param(8 / 255, low=0.0, high=64 / 255, title="Strength", unit="/255", help=help)
