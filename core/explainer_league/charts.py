"""The chart of one metric of a league: every explainer's mean with its interval, and the floors across."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from core.explainer_league.floors import FLOORS
from core.explainer_league.stability import CONTROLS
from core.explainer_league.words import order, title

EXPLAINER, FLOOR = "#2f7fb5", "#d07a22"
KINDS = ("explainer", "floor")


def means(column: Mapping[str, Any]) -> alt.LayerChart:
    """Means (points) with 95 % intervals, the best above; a floor is a diamond, with a dashed line across the chart."""
    rows = [_row(key, column["explainers"][key]) for key in order(column)]
    table = pd.DataFrame(rows, columns=["name", "kind", "value", "low", "high", "said", "images"])
    unit = f", {column['unit']}" if column["unit"] else ""
    arrow = " (higher is better →)" if column["better"] == "higher" else " (← lower is better)"
    arrow = "" if column["metric"] in CONTROLS else arrow
    base = alt.Chart(table).encode(
        y=alt.Y("name:N", sort=table["name"].tolist(), title=None,
                axis=alt.Axis(labelLimit=200, labelFlush=False, labelOverlap=False)),
        color=alt.Color("kind:N", scale=alt.Scale(domain=list(KINDS), range=[EXPLAINER, FLOOR]),
                        legend=alt.Legend(orient="top", title=None, symbolOpacity=1)),
    )  # fmt: skip
    x = alt.X("value:Q", title=f"{column['title']}{unit}{arrow}", scale=alt.Scale(zero=False, nice=True))
    across = alt.Chart(table[table["kind"] == "floor"]).mark_rule(strokeDash=[4, 4], color=FLOOR, opacity=0.8)
    spans = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q")
    points = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=x, shape=alt.Shape("kind:N", scale=alt.Scale(domain=list(KINDS), range=["circle", "diamond"])),
        tooltip=[alt.Tooltip("name:N", title="explainer"), alt.Tooltip("said:N", title="mean (95 %)"),
                 alt.Tooltip("images:Q", title="images", format=",")],
    )  # fmt: skip
    whole = alt.layer(across.encode(x=x), spans, points).properties(height=32 * len(rows) + 110)
    assert isinstance(whole, alt.LayerChart)
    return whole


def _row(key: str, told: Mapping[str, Any]) -> dict[str, Any]:
    low, high = told["interval_95"] or (told["mean"], told["mean"])
    said = f"{told['mean']:.4g}" + (f" ({low:.4g} to {high:.4g})" if told["interval_95"] else "")
    return {"name": title(key), "kind": KINDS[key in FLOORS], "value": told["mean"], "low": low, "high": high,
            "said": said, "images": told["count"]}  # fmt: skip
