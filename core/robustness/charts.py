"""Charts of an evaluation, for the page and the report alike; each returns an Altair chart and draws nothing."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from core.robustness.request import Evaluation
from core.robustness.words import strength_word, with_interval

COLOURS = ("#2f7fb5", "#d07a22", "#3d8f5f", "#a35ca3", "#8a6d3b", "#c44e6a", "#5b6770", "#1f3b73", "#b59a00", "#6f9fb0",
           "#7a4a2a", "#444444")  # fmt: skip
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
WORST = "worst of these"
CLICKED = "bar"


def by_model(told: Mapping[str, Any], asked: Evaluation, norm: float, names: Mapping[str, str]) -> alt.LayerChart:
    """How often each model is right under the worst of the attacks of this norm, over strength, with 95 % bands."""
    rows: list[dict[str, Any]] = []
    for name, model in zip(asked.classifiers, told["models"], strict=True):
        worst = model["worst"][str(norm)]
        series = [model["accuracy"], *worst["accuracy"]]
        rows += _rows(names.get(name, name), [0.0, *worst["strengths"]], series, norm)
    return _lines(rows, [names.get(name, name) for name in asked.classifiers], norm, "model")


def by_attack(model: Mapping[str, Any], norm: float) -> alt.LayerChart:
    """How often one model is right under each attack of this norm, over strength, with 95 % bands."""
    worst, order, rows = model["worst"][str(norm)], [], []
    for number in worst["attacks"]:
        attack = model["attacks"][number]
        if "accuracy" in attack:
            order.append(attack["title"])
            rows += _rows(attack["title"], [0.0, *worst["strengths"]], [model["accuracy"], *attack["accuracy"]], norm)
    if len(order) != 1:
        order.append(WORST)
        rows += _rows(WORST, [0.0, *worst["strengths"]], [model["accuracy"], *worst["accuracy"]], norm)
    return _lines(rows, order, norm, "attack")


def _rows(
    name: str, strengths: Sequence[float], shares: Sequence[Sequence[float]], norm: float
) -> list[dict[str, Any]]:
    scale = 255 if norm == math.inf else 1
    return [
        {"name": name, "strength": round(scale * eps, 3), "value": 100 * value, "low": 100 * low, "high": 100 * high,
         "at": strength_word(eps, norm) if eps else "no attack", "said": with_interval((value, low, high))}
        for eps, (value, low, high) in zip(strengths, shares, strict=True)
    ]  # fmt: skip


def _lines(rows: list[dict[str, Any]], order: Sequence[str], norm: float, what: str) -> alt.LayerChart:
    names = ["name", "strength", "value", "low", "high", "at", "said"]
    table = pd.DataFrame(rows, columns=names)
    axis = "strength of the attack, of 255" if norm == math.inf else "strength of the attack (length of the change)"
    x = alt.X("strength:Q", title=axis, axis=alt.Axis(grid=False, labelFlush=False, values=sorted(set(table.strength))))
    y = alt.Y("value:Q", title="right, %", scale=alt.Scale(domain=[0, 100], nice=False),
              axis=alt.Axis(labelFlush=False))  # fmt: skip
    colour = alt.Color("name:N", scale=alt.Scale(domain=list(order), range=list(COLOURS[: len(order)])),
                       legend=alt.Legend(orient="top", title=None, labelLimit=320, columns=1 if what == "model" else 3,
                                         symbolOpacity=1))  # fmt: skip
    shape = alt.Shape("name:N", legend=None, scale=alt.Scale(
        domain=list(order), range=[SHAPES[place % len(SHAPES)] for place in range(len(order))]))  # fmt: skip
    base = alt.Chart(table).encode(x=x, color=colour)
    band = base.mark_area(opacity=0.15).encode(y=alt.Y("low:Q", title="right, %"), y2="high:Q")
    lines = base.mark_line(strokeWidth=2).encode(y=y)
    points = base.mark_point(filled=True, size=45, opacity=1).encode(
        y="value:Q", shape=shape,
        tooltip=[alt.Tooltip("name:N", title=what), alt.Tooltip("at:N", title="strength"),
                 alt.Tooltip("said:N", title="right (95 %)")],
    )  # fmt: skip
    whole = alt.layer(band, lines, points).properties(height=300)
    assert isinstance(whole, alt.LayerChart)
    return whole


def waterfall(model: Mapping[str, Any], norm: float, place: int) -> alt.LayerChart:
    """What each attack took of the images that those before it had left, at the strength of this place.

    A click on a bar selects its `step`, an attack's title, under the name CLICKED.
    """
    worst = model["worst"][str(norm)]
    rows, standing = [{"step": "right as they are", "from": 0, "to": model["correct"], "kind": "standing",
                       "said": f"{model['correct']:,}"}], model["correct"]  # fmt: skip
    for fall in worst["waterfall"][place]:
        title = model["attacks"][fall["attack"]]["title"]
        rows.append({"step": title, "from": fall["left"], "to": standing, "kind": "taken",
                     "said": f"−{fall['took']:,}" if fall["took"] else "0"})  # fmt: skip
        standing = fall["left"]
    rows.append({"step": "still right", "from": 0, "to": standing, "kind": "standing", "said": f"{standing:,}"})
    table = pd.DataFrame(rows)
    base = alt.Chart(table).encode(y=alt.Y("step:N", sort=[row["step"] for row in rows], title=None,
                                           axis=alt.Axis(labelLimit=200)))  # fmt: skip
    clicked = alt.selection_point(name=CLICKED, fields=["step"], on="click")
    bars = base.mark_bar(height=alt.RelativeBandSize(0.62), cursor="pointer").add_params(clicked).encode(
        x=alt.X("from:Q", title="images", scale=alt.Scale(domain=[0, 1.12 * max(model["correct"], 1)], nice=False)),
        x2="to:Q", tooltip=[alt.Tooltip("step:N", title="attack"), alt.Tooltip("said:N", title="images")],
        color=alt.Color("kind:N", legend=None, scale=alt.Scale(domain=["standing", "taken"],
                                                               range=[COLOURS[0], COLOURS[1]])),
    )  # fmt: skip
    text = base.mark_text(align="left", dx=4, color="currentColor").encode(x="to:Q", text="said:N")
    whole = alt.layer(bars, text).properties(height=34 * len(rows) + 50)
    assert isinstance(whole, alt.LayerChart)
    return whole


def confusion_chart(pairs: Sequence[Sequence[int]], classes: Sequence[str]) -> alt.LayerChart:
    """Which class is taken for which, right answers left out: white for none, dark for many. pairs: see `confused`."""
    table = pd.DataFrame(
        [{"class": classes[label], "answer": classes[answer], "images": count} for label, answer, count in pairs],
        columns=["class", "answer", "images"],
    )  # fmt: skip
    most = max([count for _, _, count in pairs], default=1)
    base = alt.Chart(table).encode(
        x=alt.X("answer:N", sort=list(classes), title="answer", scale=alt.Scale(domain=list(classes)),
                axis=alt.Axis(labelAngle=-40, labelOverlap=False)),
        y=alt.Y("class:N", sort=list(classes), title="class", scale=alt.Scale(domain=list(classes)),
                axis=alt.Axis(labelOverlap=False)),
        tooltip=["class", "answer", alt.Tooltip("images:Q", format=",d")],
    )  # fmt: skip
    tiles = base.mark_rect(stroke="#b9c2c9", strokeWidth=0.5).encode(color=alt.Color(
        "images:Q", legend=None, scale=alt.Scale(domain=[0, most], range=["#ffffff", "#08306b"])))  # fmt: skip
    ink = alt.condition(f"datum.images > {most / 2}", alt.value("#ffffff"), alt.value("#111111"))
    whole = alt.layer(tiles, base.mark_text().encode(text=alt.Text("images:Q", format=",d"), color=ink))
    assert isinstance(whole, alt.LayerChart)
    return whole.properties(height=26 * len(classes) + 110)
