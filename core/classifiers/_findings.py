"""The findings of a multi-label model, one at a time: the names by which each is chosen."""

import re
from collections import Counter
from collections.abc import Sequence

JOINT = "@"  # between the name of a model and its finding


def names(findings: Sequence[str]) -> tuple[str, ...]:
    """A short plain name for each finding; its number, from 1, where two would have the same or none.

    >>> names(["Pleural effusion", "Edema", "edema", "肺"])
    ('Pleural-effusion', '2', '3', '4')
    """
    plain = [re.sub(r"[^A-Za-z0-9_-]+", "-", finding).strip("-_")[:40] for finding in findings]
    seen = Counter(each.lower() for each in plain)
    clear = [bool(each) and seen[each.lower()] == 1 and not each.isdecimal() for each in plain]
    return tuple(each if fine else str(place + 1) for place, (each, fine) in enumerate(zip(plain, clear, strict=True)))


def place_of(findings: Sequence[str], wanted: str) -> int:
    """The place of the finding of that name; ValueError in one sentence with the names if there is none."""
    known = names(findings)
    if wanted not in known:
        told = f"{', '.join(known[:12])}{' and more' if len(known) > 12 else ''}"
        raise ValueError(f"this model has no finding called {wanted[:40]!r}; it has {told}")
    return known.index(wanted)
