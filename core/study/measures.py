"""How far maps moved, beside how far their controls moved: tidy rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import torch
from torch import Tensor

from core.catalog import MAP_DISTANCES
from core.contracts.rounding import blank
from core.study.maps import Maps

Comparison = Literal["attack", "noise", "seed", "switch"]


@dataclass(frozen=True)
class Row:
    """One measured value: the original's map against another, by one measure. `draw` numbers a control's draws."""

    explainer: str
    comparison: Comparison
    draw: int
    measure: str
    value: float


def measured(key: str, maps: Maps) -> tuple[Row, ...]:
    """The rows of one explainer: the attack, and the controls as far as they are computed.

    None where the original's map or the attacked image's is blank: there is no map to compare. A control that leaves
    none has moved it as far as can be.
    """
    if blank(maps.original) or blank(maps.attacked):
        return ()
    others: list[tuple[Comparison, Tensor]] = [("attack", maps.attacked[None])]
    others += [("noise", maps.noise)] if maps.noise is not None else []
    others += [("seed", maps.seeds)] if maps.seeds is not None and len(maps.seeds) else []
    others += [("switch", maps.switched[None])] if maps.switched is not None else []
    rows = []
    for name, shift in MAP_DISTANCES.items():
        for comparison, drawn in others:
            values = shift()(maps.original.expand_as(drawn), drawn)
            rows += [Row(key, comparison, draw, name, float(value)) for draw, value in enumerate(values)]
    return tuple(rows)


def agreement(drawn: Mapping[str, Maps], which: Literal["original", "attacked"]) -> list[dict[str, Any]]:
    """Rank agreement (Spearman) between the maps of every two explainers on the same image, but for blank ones."""
    shift = MAP_DISTANCES["spearman"]()
    maps = {key: getattr(each, which)[None] for key, each in drawn.items() if not blank(getattr(each, which))}
    pairs = [{"first": key, "second": key, "value": 1.0} for key in maps]
    for first, second in combinations(maps, 2):
        value = float(shift(maps[first], maps[second])[0])
        pairs += [{"first": a, "second": b, "value": value} for a, b in ((first, second), (second, first))]
    return pairs


def exceeded(rows: Sequence[Row], measure: str) -> dict[Comparison, tuple[int, int]]:
    """For each control: in how many of its draws, of how many, the map moved less than under attack, by `measure`.

    Values are compared as they are shown: a difference that the table does not show is none.

    >>> made = [Row("x", "attack", 0, "spearman", 0.4), Row("x", "noise", 0, "spearman", 0.9)]
    >>> exceeded(made + [Row("x", "noise", 1, "spearman", 0.3)], "spearman")
    {'noise': (1, 2)}
    >>> exceeded(made + [Row("x", "noise", 1, "spearman", 0.8)], "spearman")  # 1 is the same order: noise moved it less
    {'noise': (2, 2)}
    """
    sign = 1.0 if MAP_DISTANCES[measure].moved == "higher" else -1.0
    shown = MAP_DISTANCES[measure].digits
    chosen = [row for row in rows if row.measure == measure]
    attack = next(sign * round(row.value, shown) for row in chosen if row.comparison == "attack")
    counts: dict[Comparison, tuple[int, int]] = {}
    for row in chosen:
        if row.comparison != "attack":
            less, total = counts.get(row.comparison, (0, 0))
            counts[row.comparison] = (less + (sign * round(row.value, shown) < attack), total + 1)
    return counts


def spread(rows: Sequence[Row], measure: str, comparison: Comparison) -> tuple[float, float, float] | None:
    """(mean, lowest, highest) over the draws of one comparison; None if it has none."""
    values = torch.tensor([row.value for row in rows if row.measure == measure and row.comparison == comparison])
    return (float(values.mean()), float(values.min()), float(values.max())) if len(values) else None
