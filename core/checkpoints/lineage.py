"""Which classifiers a refined one came from."""

import json

from core.base.paths import home
from core.checkpoints.card import card


def ancestors(name: str) -> list[str]:
    """The classifiers `name` was refined from, by their names in the catalogue, the nearest first; none if untold.

    >>> ancestors("cifar10_resnet20:lime_guided"), ancestors("cifar10_resnet20:standard")
    (['cifar10_resnet20:standard'], [])
    """
    found: list[str] = []
    while name and name not in found:
        found.append(name)
        name = _base(name)
    return found[1:]


def _base(name: str) -> str:
    source, _, checkpoint = name.partition(":")
    if source != "run":
        base = card(name).get("base")
        return f"{source}:{base}" if base else ""
    try:
        facts = json.loads((home() / "runs" / checkpoint.partition(".")[0] / "best.json").read_text(encoding="utf-8"))
        return str(facts["base"]) if facts.get("start") != "scratch" else ""
    except (OSError, ValueError, KeyError, AttributeError):  # a run that is gone or damaged tells nothing
        return ""
