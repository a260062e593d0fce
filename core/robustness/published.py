"""Published figures that stand beside those found here: files of assets/published, with source and what is doubtful."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.base.errors import Unreadable
from core.base.paths import ASSETS
from core.untrusted.foreign_json import read_object

FOLDER = ASSETS / "published"
ALIKE = 1e-6  # two strengths that are the same


@dataclass(frozen=True)
class Published:
    """Counts of misclassified images by attack and strength, of the `correct` ones; the source; what is doubtful."""

    source: str
    doubtful: str
    correct: int
    strengths: tuple[float, ...]
    misclassified: dict[str, list[int]]

    def row(self, title: str, strengths: Sequence[float]) -> list[str]:
        """What was published of the attack of this title, at each of `strengths`; empty if nothing was."""
        counts = self.misclassified.get(title)
        if counts is None:
            return []
        found = []
        for eps in strengths:
            there = [count for count, mine in zip(counts, self.strengths, strict=True) if abs(mine - eps) < ALIKE]
            found.append(f"{there[0]:,}" if there else "–")
        return found


def published_counts(name: str) -> Published | None:
    """The figures in assets/published/NAME.json, None where there are none; Unreadable if they are damaged."""
    if not name or not (FOLDER / f"{name}.json").is_file():
        return None
    found: dict[str, Any] = read_object(FOLDER / f"{name}.json")
    try:
        return Published(found["source"], found["doubtful"], found["correct"], tuple(found["strengths"]),
                         dict(found["misclassified"]))  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"{name}.json holds no published counts") from error
