"""Accuracy by corruption and severity as a heat map; it returns an Altair chart and draws nothing."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from core.catalog import CORRUPTIONS
from core.contracts.corruption import SEVERITIES

GROUPS = ("noise", "blur", "weather", "digital")
LIGHT = 55  # percent from which a tile is so light that its number is written dark
AS_THEY_ARE = "As they are"


def rows_of(model: Mapping[str, Any]) -> pd.DataFrame:
    """A row a cell: corruption, severity, right (%), what is said of it; corruptions by group, in words."""
    rows = []
    for cell in model["cells"]:
        low, high = (100 * each for each in cell["interval_95"])
        kind = CORRUPTIONS.get(cell["corruption"])
        rows.append({
            "corruption": kind.title if kind else AS_THEY_ARE, "severity": cell["severity"],
            "group": kind.group if kind else "", "right": 100 * cell["accuracy"],
            "said": f"{100 * cell['accuracy']:.1f} % ({low:.1f} to {high:.1f}) of {cell['count']:,} images",
        })  # fmt: skip
    return pd.DataFrame(rows)


def order() -> list[str]:
    """The titles of the corruptions, group by group."""
    ranked = sorted(CORRUPTIONS.values(), key=lambda kind: (GROUPS.index(kind.group), kind.title))
    return [kind.title for kind in ranked]


def heat_map(model: Mapping[str, Any]) -> alt.LayerChart:
    """One model, right in percent: corruptions down, severities across; colours mean the same for all models.

    The colours rise in lightness, so they are read without telling hues apart.
    """
    table = rows_of(model)
    table = table[table.severity > 0]
    base = alt.Chart(table).encode(
        x=alt.X("severity:O", title="severity", scale=alt.Scale(domain=list(SEVERITIES)),
                axis=alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False)),
        y=alt.Y("corruption:N", title=None, sort=order(), scale=alt.Scale(domain=order()),
                axis=alt.Axis(labelLimit=200, labelOverlap=False, labelFlush=False, domain=False, ticks=False)),
    )  # fmt: skip
    tiles = base.mark_rect(stroke="#ffffff", strokeWidth=1).encode(
        color=alt.Color("right:Q", legend=None, scale=alt.Scale(scheme="viridis", domain=[0, 100])),
        tooltip=[alt.Tooltip("corruption:N"), alt.Tooltip("severity:O"), alt.Tooltip("said:N", title="right (95 %)")],
    )  # fmt: skip
    ink = alt.condition(f"datum.right > {LIGHT}", alt.value("#111111"), alt.value("#ffffff"))
    text = base.mark_text(fontSize=12).encode(text=alt.Text("right:Q", format=".0f"), color=ink)
    whole = alt.layer(tiles, text).properties(height=26 * len(CORRUPTIONS) + 40)
    assert isinstance(whole, alt.LayerChart)
    return whole
