"""The images behind a number of the league: those on which an explainer did best by a metric, and worst."""

from collections.abc import Mapping, Sequence
from typing import Any

Valued = list[tuple[int, float]]  # image, value


def extremes(
    rows: Sequence[Mapping[str, Any]], explainer: str, metric: str, better: str, most: int
) -> tuple[Valued, Valued]:
    """(best first, worst first): at most `most` images each, with their values; no image is in both.

    Of images alike, the one that stands first in the data comes first.

    >>> rows = [{"images": [3, 5, 8], "explainer": "lime", "values": {"road": [0.5, 0.1, None]}},
    ...         {"images": [9], "explainer": "lime", "values": {"road": [0.7]}}]
    >>> extremes(rows, "lime", "road", "lower", 2)
    ([(5, 0.1), (3, 0.5)], [(9, 0.7)])
    """
    values = {
        image: value
        for row in rows
        if row["explainer"] == explainer
        for image, value in zip(row["images"], row["values"].get(metric, ()), strict=False)
        if value is not None
    }
    sign = -1 if better == "higher" else 1
    ranked = sorted(values.items(), key=lambda each: (sign * each[1], each[0]))
    best = ranked[: min(most, (len(ranked) + 1) // 2)]
    rest = sorted(ranked[len(best) :], key=lambda each: (-sign * each[1], each[0]))
    return best, rest[:most]
