"""What a part of a computation has added to a study or a comparison, to be added to the one that the server shows."""

from collections.abc import Mapping
from typing import Any

from core.compare.comparison import SIDES, Comparison
from core.study.study import Study

Path = tuple[str, ...]
News = Mapping[Path, Any]
PLAIN = ("before", "attacked", "noise_answers", "noise")  # of a study, in the order in which readers may rely on them
TABLES = ("refused", "failed", "measured", "maps")


class Changes:
    """Follows a study, or the crossings of a comparison, that is filled in place."""

    def __init__(self, subject: Study | Comparison) -> None:
        self.subject = subject
        self._known = leaves(subject)

    def news(self) -> News:
        """What is new or another since the last look."""
        now = leaves(self.subject)
        fresh = {path: value for path, value in now.items() if self._known.get(path) is not value}
        self._known = now
        return fresh


def leaves(subject: Study | Comparison) -> dict[Path, Any]:
    """All that has been found, by where it stands."""
    if isinstance(subject, Study):
        return _leaves(subject, (), PLAIN, TABLES)
    found: dict[Path, Any] = {}
    for side in SIDES:
        found |= _leaves(subject.crossings[side], ("crossings", side), ("prediction", "reach"), ("pictures", "maps"))
    return found


def _leaves(part: Any, path: Path, plain: Path, tables: Path) -> dict[Path, Any]:
    found = {(*path, name): value for name in plain if (value := getattr(part, name)) is not None}
    return found | {(*path, name, key): value for name in tables for key, value in getattr(part, name).items()}


def add(subject: Study | Comparison, news: News) -> None:
    """Put what another process has found into this study or comparison.

    >>> from core.compare.comparison import Crossing
    >>> class Whole:
    ...     crossings = {"before": Crossing()}
    >>> add(Whole, {("crossings", "before", "maps", "lime"): 3})
    >>> Whole.crossings["before"].maps
    {'lime': 3}
    """
    for path, value in news.items():
        place: Any = subject
        for step in path[:-1]:
            place = place[step] if isinstance(place, dict) else getattr(place, step)
        if isinstance(place, dict):
            place[path[-1]] = value
        else:
            setattr(place, path[-1], value)
