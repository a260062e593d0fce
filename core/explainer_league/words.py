"""What a league has found, in words."""

from collections.abc import Mapping
from typing import Any

from core.explainer_league.floors import FLOORS
from core.explainer_league.league import ENTRANTS
from core.explainer_league.standings import BETTER


def title(key: str) -> str:
    """What people call an explainer; its key where it is not known."""
    return ENTRANTS[key].title if key in ENTRANTS else key


def floors_beaten(result: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Explainer, floors left out -> (by how many metrics it is better than every floor, of how many with the floors).

    >>> pair = {"first": "lime", "verdict": "better than"}
    >>> column = {"comparisons": [pair | {"second": "random_map"}, pair | {"second": "edge_detector"}]}
    >>> floors_beaten({"columns": [column, {"comparisons": [pair | {"second": "edge_detector"}]}]})
    {'lime': (1, 1)}
    """
    found: dict[str, tuple[int, int]] = {}
    for column in result["columns"]:
        met: dict[str, list[bool]] = {}
        for pair in column["comparisons"]:
            if pair["second"] in FLOORS and "verdict" in pair:
                met.setdefault(pair["first"], []).append(pair["verdict"] == BETTER)
        for key, beaten in met.items():
            if len(beaten) == len(FLOORS):
                wins, of = found.get(key, (0, 0))
                found[key] = (wins + all(beaten), of + 1)
    return found


def headline(result: Mapping[str, Any]) -> str:
    """One sentence: how many images, and who beats the floors most often.

    >>> pair = {"first": "lime", "verdict": "better than"}
    >>> column = {"comparisons": [pair | {"second": "random_map"}, pair | {"second": "edge_detector"}]}
    >>> headline({"count": 100, "columns": [column]})
    '100 images were measured; beating random numbers and edges: LIME by 1 of 1 metrics.'
    """
    order = sorted(floors_beaten(result).items(), key=lambda each: -each[1][0])
    told = ", ".join(f"{title(key)} by {wins} of {of}" for key, (wins, of) in order)
    said = f"; beating random numbers and edges: {told} metrics" if told else ""
    return f"{result['count']:,} images were measured{said}."
