"""Charts of a detection study, for the page and the report alike; each returns an Altair chart and draws nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

Told = Mapping[str, Any]
BLUE, ORANGE, GREY = "#2f7fb5", "#d07a22", "#8a8a8a"
KINDS = {"original": "original", "held": "attacked, still right", "fooled": "attacked, fooled"}
CLICKED = "point"


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
    return _layered(base, height=220)


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
    return _layered(base, height=40 + 60 * len(names))


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
    return _layered(bars, whiskers, height=30 + 26 * len(rows))


def scatter(points: Sequence[Told], pictures: Mapping[int, str] | None = None) -> alt.LayerChart:
    """The last features in two dimensions: colour by kind, shape by whether the model was fooled; a click selects.

    pictures: place of a source -> a picture (data: address) that hovering shows.
    """
    rows = [
        {**each, "kind": KINDS[each["kind"]]} | ({"image": pictures.get(each["place"], "")} if pictures else {})
        for each in points
    ]
    tips = ["label", "answer", "kind", *(["image"] if pictures else [])]
    scale = alt.Scale(domain=list(KINDS.values()), range=[BLUE, GREY, ORANGE])
    clicked = alt.selection_point(name=CLICKED, fields=["place"], on="click")
    base = alt.Chart(pd.DataFrame(rows)).mark_point(filled=True, size=42, opacity=0.75, cursor="pointer")
    made = base.add_params(clicked).encode(
        x=alt.X("x:Q", axis=None, scale=alt.Scale(zero=False)), y=alt.Y("y:Q", axis=None, scale=alt.Scale(zero=False)),
        color=alt.Color("kind:N", scale=scale, legend=alt.Legend(title=None, orient="top")),
        shape=alt.Shape("kind:N", scale=alt.Scale(domain=list(KINDS.values()), range=["circle", "square", "triangle"]),
                        legend=None), tooltip=tips,
    )  # fmt: skip
    return _layered(made, height=420)


def shifts(layers: Sequence[Told]) -> alt.LayerChart:
    """How far each layer's output moves, relative to its length: by the attack, and by noise of the same size."""
    rows = [
        {"layer": each["layer"], "by": words, "shift": each[name]["mean"], "low": each[name]["interval_95"][0],
         "high": each[name]["interval_95"][1]}
        for each in layers for name, words in (("attacked", "the attack"), ("noise", "ordinary noise"))
        if each[name] is not None
    ]  # fmt: skip
    order = [each["layer"] for each in layers]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("layer:N", sort=order, title="layer, from the picture to the answer", axis=alt.Axis(labelAngle=-40)),
        color=alt.Color("by:N", legend=alt.Legend(title=None, orient="top"),
                        scale=alt.Scale(domain=["the attack", "ordinary noise"], range=[ORANGE, BLUE])),
        tooltip=["layer", "by", alt.Tooltip("shift:Q", format=".3g"), alt.Tooltip("low:Q", format=".3g"),
                 alt.Tooltip("high:Q", format=".3g")],
    )  # fmt: skip
    y = alt.Y("shift:Q", title="change, as a share of the output")
    return _layered(base.mark_line(point=True).encode(y=y), base.mark_rule().encode(y="low:Q", y2="high:Q"), height=260)


def _layered(*layers: alt.Chart, height: int) -> alt.LayerChart:
    whole = alt.layer(*layers)
    assert isinstance(whole, alt.LayerChart)
    return whole.properties(height=height)
