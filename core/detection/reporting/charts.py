"""Charts of critical pixels, for the page and the report alike; each returns an Altair chart and draws nothing."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from core.detection.reporting.layered import layered

Told = Mapping[str, Any]
BLUE, ORANGE = "#2f7fb5", "#d07a22"


def histogram(told: Told) -> alt.LayerChart:
    """The values of critical and of other pixels on held-out images, each as a share of its own kind."""
    bars = told["histogram"]
    width = (bars["high"] - bars["low"]) / len(bars["critical"]) or 1.0
    rows = [
        {"pixels": name, "from": bars["low"] + place * width, "to": bars["low"] + (place + 1) * width,
         "share": 100 * count / max(1, sum(bars[kind])), "zero": 0, "count": count}
        for kind, name in (("critical", "critical"), ("others", "all others"))
        for place, count in enumerate(bars[kind])
    ]  # fmt: skip
    base = alt.Chart(pd.DataFrame(rows)).mark_rect(opacity=0.55).encode(
        x=alt.X("from:Q", title="mean size of the value of a pixel", axis=alt.Axis(grid=False)), x2="to:Q",
        y=alt.Y("share:Q", title="pixels of this kind, %"), y2="zero:Q",
        color=alt.Color("pixels:N", legend=alt.Legend(title=None, orient="top"),
                        scale=alt.Scale(domain=["critical", "all others"], range=[ORANGE, BLUE])),
        tooltip=["pixels", alt.Tooltip("from:Q", format=".3g"), alt.Tooltip("to:Q", format=".3g"), "count"],
    )  # fmt: skip
    return layered(base, height=220)


def means(told: Told) -> alt.LayerChart:
    """Mean values of critical and other pixels, on the images they were chosen on, on others, and under noise."""
    names = {"same": "images they were chosen on", "held_out": "other images", "noise": "other images, noise instead"}
    rows = [
        {"on": words, "pixels": kind, "value": told[key][f"mean_{part}"]}
        for key, words in names.items() if told[key] is not None
        for part, kind in (("critical", "critical"), ("others", "all others"))
    ]  # fmt: skip
    base = alt.Chart(pd.DataFrame(rows)).mark_bar().encode(
        y=alt.Y("on:N", sort=list(names.values()), title=None, axis=alt.Axis(labelLimit=220)),
        yOffset=alt.YOffset("pixels:N", sort=["critical", "all others"]),
        x=alt.X("value:Q", title="mean size of the value of a pixel", axis=alt.Axis(grid=False)),
        color=alt.Color("pixels:N", legend=alt.Legend(title=None, orient="top"),
                        scale=alt.Scale(domain=["critical", "all others"], range=[ORANGE, BLUE])),
        tooltip=["on", "pixels", alt.Tooltip("value:Q", format=".4g")],
    )  # fmt: skip
    return layered(base, height=40 + 60 * len(names))


def rates(outcomes: Told) -> alt.LayerChart:
    """How many images an attack fools that may change some pixels alone, with 95 % intervals."""
    rows = [
        {"pixels": f"{each['name']} ({each['pixels']:,})", "fooled": 100 * each["rate"],
         "low": 100 * each["interval_95"][0], "high": 100 * each["interval_95"][1]}
        for each in outcomes["sets"]
    ]  # fmt: skip
    order = [row["pixels"] for row in rows]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("pixels:N", sort=order, title=None, axis=alt.Axis(labelLimit=260)),
        tooltip=["pixels", alt.Tooltip("fooled:Q", format=".1f"), alt.Tooltip("low:Q", format=".1f"),
                 alt.Tooltip("high:Q", format=".1f")],
    )  # fmt: skip
    x = alt.X("fooled:Q", title="fooled, %", scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(grid=False))
    bars = base.mark_bar(color=BLUE, height=alt.RelativeBandSize(0.6)).encode(x=x)
    whiskers = base.mark_rule(color="currentColor").encode(x=alt.X("low:Q", title="fooled, %"), x2="high:Q")
    return layered(bars, whiskers, height=30 + 26 * len(rows))
