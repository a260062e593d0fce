"""Charts of runs from plain points; each returns an Altair chart and draws nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from app.runs.mask_series import empty
from app.runs.series import KINDS, WEIGHTS, WHOLE
from app.ui.charts import AFTER, BEFORE, TEXT, layered

# Okabe and Ito's colours, distinct for colour-blind readers; yellow is left out, it fades on white.
PARTS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
HEIGHT = 300
ROOM = 1.03  # the axis is longer than the run, so that the last point is not cut
DASHES = [[1, 0], [5, 3]]


def legend(columns: int = 2) -> alt.Legend:
    """A legend above the chart, in few columns so that it fits a narrow page."""
    return alt.Legend(
        orient="top", title=None, symbolType="stroke", symbolOpacity=1, columns=columns, labelLimit=360,
    )  # fmt: skip


def epochs(end: float) -> alt.X:
    """The axis all curves of a run share."""
    axis = alt.Axis(tickMinStep=1, format="d", grid=False)
    return alt.X("epoch:Q", title="epochs", scale=alt.Scale(domain=[0, ROOM * max(end, 1)], nice=False), axis=axis)


def level(value: float, words: str, y: alt.Y) -> alt.LayerChart:
    """A dashed line across at `value`, with its words at its right end. y: of the field `level`."""
    base = alt.Chart(pd.DataFrame({"level": [value]}))
    line = base.mark_rule(strokeDash=[4, 4], color=TEXT).encode(y=y)
    text = base.mark_text(align="right", baseline="bottom", dx=-4, dy=-3, color=TEXT).encode(
        x=alt.value("width"), y=y, text=alt.value(words))  # fmt: skip
    return layered(line, text)


def losses(points: Sequence[Mapping[str, Any]], end: float) -> alt.Chart:
    """The loss and its parts over the epochs; the whole in the colour of the text. points: run_series.losses."""
    table = pd.DataFrame(points, columns=["epoch", "part", "value"])
    named = [name for name in dict.fromkeys(table["part"]) if name != WHOLE]
    colours = [TEXT, *(PARTS[place % len(PARTS)] for place in range(len(named)))]
    chart: alt.Chart = alt.Chart(table).mark_line(strokeWidth=1.8, interpolate="linear").encode(
        x=epochs(end),
        y=alt.Y("value:Q", title="loss", scale=alt.Scale(zero=False)),
        color=alt.Color("part:N", scale=alt.Scale(domain=[WHOLE, *named], range=colours),
                        legend=legend() if named else None),
        tooltip=[alt.Tooltip("part:N"), alt.Tooltip("epoch:Q", format=".2f"), alt.Tooltip("value:Q", format=".4g")],
    ).properties(height=HEIGHT)  # fmt: skip
    return chart


def accuracy(points: Sequence[Mapping[str, Any]], end: float, guess: float | None = None) -> alt.LayerChart:
    """Accuracy on original and attacked held-out images over the epochs, with its interval as a band.

    Averaged weights are dashed. points: run_series.held; guess: the share that one answer to all gets right.
    """
    table = pd.DataFrame(points, columns=["epoch", "images", "weights", "value", "low", "high"])
    shown = [name for name in KINDS.values() if name in set(table["images"])]
    colours = {KINDS["clean"]: BEFORE, KINDS["robust"]: AFTER}
    base = alt.Chart(table).encode(
        x=epochs(end),
        color=alt.Color("images:N", scale=alt.Scale(domain=shown, range=[colours[name] for name in shown]),
                        legend=legend()),
    )  # fmt: skip
    limits = alt.Scale(domain=[0, 100])
    low, high = alt.Y("low:Q", scale=limits, title="accuracy, %"), alt.Y2("high:Q")
    band = base.mark_area(opacity=0.13, line=False).encode(y=low, y2=high, detail="weights:N")
    bars = base.mark_rule(opacity=0.35).encode(y=low, y2=high, detail="weights:N")
    dashes = alt.Scale(domain=list(WEIGHTS.values()), range=DASHES)
    dash = alt.StrokeDash("weights:N", scale=dashes, legend=None)  # said below the chart
    numbers = {"value": "accuracy, %", "low": "from", "high": "to"}
    shown_numbers = [alt.Tooltip(f"{name}:Q", format=".1f", title=title) for name, title in numbers.items()]
    tooltip: list[str | alt.Tooltip] = ["images:N", "weights:N", "epoch:Q", *shown_numbers]
    y = alt.Y("value:Q", scale=limits)
    line = base.mark_line().encode(y=y, strokeDash=dash, tooltip=tooltip)
    dots = base.encode(y=y, detail="weights:N", tooltip=tooltip)  # both can be seen where they meet
    circles = dots.transform_filter(alt.datum.images == KINDS["clean"]).mark_point(filled=True, size=36, opacity=1)
    squares = dots.transform_filter(alt.datum.images == KINDS["robust"]).mark_point(shape="square", size=90, opacity=1)
    layers: list[Any] = [band, bars, line, circles, squares]
    if guess:
        layers.append(level(100 * guess, "always the most frequent class", alt.Y("level:Q", scale=limits)))
    return layered(*layers, height=HEIGHT)


def leaks(cycles: Sequence[Mapping[str, float]], end: float) -> alt.LayerChart:
    """How often a probe names the class from the regions alone, with its interval, beside one answer for all."""
    names = ("leak", "leak_low", "leak_high", "chance")
    table = pd.DataFrame(
        [{"epoch": entry["epoch"], "cycle": entry["cycle"]} | {name: 100 * entry[name] for name in names}
         for entry in cycles if all(name in entry for name in names) and not empty(entry)],
        columns=["epoch", "cycle", *names],
    )  # fmt: skip
    table["tells"] = table["leak_low"] > table["chance"]
    top = min(100.0, max(20.0, 1.3 * float(table[["leak_high", "chance"]].max().max()) if len(table) else 0.0))
    y = alt.Y("leak:Q", title="named right, %", scale=alt.Scale(domain=[0, top], nice=False))
    base = alt.Chart(table).encode(x=epochs(end))
    colour = alt.Color("tells:N", scale=alt.Scale(domain=[False, True], range=[BEFORE, AFTER]), legend=None)
    bars = base.mark_rule(strokeWidth=2).encode(y=alt.Y("leak_low:Q"), y2="leak_high:Q", color=colour)
    shape = alt.Shape("tells:N", scale=alt.Scale(domain=[False, True], range=["circle", "triangle-up"]), legend=None)
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        y=y, color=colour, shape=shape,
        tooltip=["cycle:Q", alt.Tooltip("leak:Q", format=".1f", title="named right, %"),
                 alt.Tooltip("leak_low:Q", format=".1f", title="from"),
                 alt.Tooltip("leak_high:Q", format=".1f", title="to"),
                 alt.Tooltip("chance:Q", format=".1f", title="always the most frequent label, %")],
    )  # fmt: skip
    chances = [level(each, "always the most frequent label", alt.Y("level:Q")) for each in table["chance"].tail(1)]
    return layered(*chances, bars, dots, height=HEIGHT - 40)


def both(
    named: Mapping[str, Sequence[Mapping[str, Any]]], end: float, *, kind: str, title: str, percent: bool = False
) -> alt.Chart:
    """The same curve of two runs over each other.

    named: run -> points; kind: the column that splits a run's lines into a solid and a dashed one (run_series.KINDS).
    """
    table = pd.DataFrame(
        [{"run": name} | dict(point) for name, points in named.items() for point in points],
        columns=["run", "epoch", kind, "value"],
    )
    scale = alt.Scale(domain=[0, 100]) if percent else alt.Scale(zero=False)
    kinds = list(KINDS.values()) if kind == "images" else [WHOLE]
    dash = alt.StrokeDash(f"{kind}:N", scale=alt.Scale(domain=kinds, range=DASHES[: len(kinds)]), legend=None)
    chart: alt.Chart = alt.Chart(table).mark_line(point=percent).encode(
        x=epochs(end),
        y=alt.Y("value:Q", title=title, scale=scale),
        color=alt.Color("run:N", scale=alt.Scale(domain=list(named), range=[BEFORE, AFTER]),
                        legend=legend(1)),
        strokeDash=dash,
        tooltip=["run:N", f"{kind}:N", alt.Tooltip("epoch:Q", format=".2f"), alt.Tooltip("value:Q", format=".4g")],
    ).properties(height=HEIGHT)  # fmt: skip
    return chart
