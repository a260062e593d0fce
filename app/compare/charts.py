"""Curves over strength for two models, with their 95 % bands."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from app.ui.charts import AFTER, BEFORE, TEXT, layered

NAMES = {"before": "before", "after": "after"}


def curve(
    numbers: Mapping[str, Any], name: str, strengths: Sequence[float], norm: float, title: str, control: str = "",
    chosen: float | None = None, percent: bool = False,
) -> alt.LayerChart:  # fmt: skip
    """One quantity by strength for both models; with `control`, its own lines, dashed, with their bands.

    numbers: as core.compare.curves tells it. percent: values from 0 to 1 are shown as 0 to 100.
    """
    scale, times, digits = (255 if norm == math.inf else 1), (100 if percent else 1), (1 if percent else 2)
    rows = []
    for side, word in NAMES.items():
        for kind, values in (("attack", numbers[side].get(name)), ("ordinary noise", numbers[side].get(control))):
            for eps, interval in zip(strengths, values or [], strict=False):
                value, low, high = (times * each for each in interval)
                text = f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
                rows.append({"strength": round(eps * scale, 3), "model": word, "kind": kind, "value": value, "low": low,
                             "high": high, "said": text})  # fmt: skip
    table = pd.DataFrame(rows, columns=["strength", "model", "kind", "value", "low", "high", "said"])
    axis = "strength of the attack, of 255" if norm == math.inf else "strength of the attack"
    x = alt.X("strength:Q", title=axis, axis=alt.Axis(
        values=[round(eps * scale, 3) for eps in strengths], grid=False, labelFlush=False))  # fmt: skip
    low = 0 if percent else min(0.0, float(table["low"].min()) if len(table) else 0.0)
    y = alt.Y("value:Q", title=title, scale=alt.Scale(domain=[low, times], nice=False, clamp=True),
              axis=alt.Axis(labelFlush=False))  # fmt: skip
    colour = alt.Color("model:N", scale=alt.Scale(domain=list(NAMES.values()), range=[BEFORE, AFTER]),
                       legend=alt.Legend(orient="top", title=None, symbolOpacity=1))  # fmt: skip
    kinds = ["attack", "ordinary noise"] if control else ["attack"]
    dash = alt.StrokeDash("kind:N", scale=alt.Scale(domain=kinds, range=[[1, 0], [5, 4]][: len(kinds)]),
                          legend=alt.Legend(orient="bottom", title=None) if control else None)  # fmt: skip
    shapes = alt.Scale(domain=list(NAMES.values()), range=["circle", "square"])
    base = alt.Chart(table).encode(x=x, color=colour)
    band = base.mark_area(opacity=0.18).encode(y=alt.Y("low:Q", title=title), y2="high:Q", detail="kind:N")
    lines = base.mark_line(strokeWidth=2).encode(y=y, strokeDash=dash, detail="kind:N")
    points = base.mark_point(filled=True, size=45, opacity=1).encode(
        y="value:Q", tooltip=["model", "kind", "strength", alt.Tooltip("said:N", title="mean (95 %)")],
        shape=alt.Shape("model:N", scale=shapes, legend=None),
    )  # fmt: skip
    layers = [band, lines, points]
    if chosen is not None:
        mark = alt.Chart(pd.DataFrame([{"strength": round(chosen * scale, 3)}]))
        layers.insert(0, mark.mark_rule(strokeDash=[2, 3], color=TEXT, opacity=0.5).encode(x="strength:Q"))
    return layered(*layers, height=330)
