"""Which classifiers a refined one came from."""

from core.base import run_folder
from core.checkpoints.card import Card, shipped_card


def ancestors(name: str) -> list[str]:
    """The classifiers `name` was refined from, by their names in the catalogue, the nearest first; none if untold.

    >>> ancestors("cifar10_resnet20:lime_guided"), ancestors("cifar10_resnet20:standard")
    (['cifar10_resnet20:standard'], [])
    """
    line: list[str] = []
    while name and name not in line:
        line.append(name)
        name = _base(name)
    return line[1:]


def _base(name: str) -> str:
    source, _, checkpoint = name.partition(":")
    if source != "run":
        card = shipped_card(name)
        return f"{source}:{card.base}" if card and card.base else ""
    try:
        card = Card.read(run_folder.weights(checkpoint.partition(".")[0]))
    except (OSError, ValueError):  # a run that is gone or damaged tells nothing
        return ""
    return str(card.base) if card and card.base and card.start != "scratch" else ""
