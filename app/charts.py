"""Charts from plain numbers; each returns an Altair chart and draws nothing."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from core.attacked import Attacked, Prediction

BEFORE, AFTER = "#1f5f8b", "#d9822b"  # blue and orange, distinct for colour-blind readers too


def probabilities(
    labels: Sequence[str], before: Prediction, after: Prediction | None, count: int = 5
) -> alt.Chart | alt.LayerChart:
    """Bars of the most probable classes, before and after, with the percentages written beside them."""
    ranked = before.best(count) if after is None else _both(before, after, count)
    shown = [("original", before)] + ([("attacked", after)] if after is not None else [])
    table = pd.DataFrame(
        [
            {"class": labels[label], "image": name, "percent": 100 * prediction[label]}
            for label in ranked
            for name, prediction in shown
        ]
    )
    table["text"] = [f"{value:.1f} %" if value >= 0.05 else "< 0.1 %" for value in table["percent"]]
    order = [labels[label] for label in ranked]
    names = [name for name, _ in shown]
    y = alt.Y("class:N", sort=order, title=None, axis=alt.Axis(labelLimit=150))
    offset = alt.YOffset("image:N", sort=names)
    base = alt.Chart(table).encode(y=y, yOffset=offset)
    scale = alt.Scale(domain=names, range=[BEFORE, AFTER][: len(names)])
    legend = alt.Legend(title=None, orient="top") if after is not None else None
    bars = base.mark_bar(height=alt.RelativeBandSize(0.85)).encode(
        x=alt.X("percent:Q", title="probability, %", scale=alt.Scale(domain=[0, 135]),
                axis=alt.Axis(values=[0, 25, 50, 75, 100], grid=False)),
        color=alt.Color("image:N", scale=scale, legend=legend),
        tooltip=["class", "image", alt.Tooltip("percent:Q", format=".2f", title="probability, %")],
    )  # fmt: skip
    text = base.mark_text(align="left", dx=4).encode(x="percent:Q", text="text:N")
    return (bars + text).properties(height=len(order) * (22 * len(names) + 10) + 60)


def _both(before: Prediction, after: Prediction, count: int) -> list[int]:
    """The top classes of both, the original answer first, the attacked answer second."""
    others = sorted(before.best(count) + after.best(count), key=lambda label: -before[label] - after[label])
    ranked = [before.top, after.top, *others]
    return list(dict.fromkeys(ranked))[:count]


def trace(attacked: Attacked, labels: Sequence[str]) -> alt.VConcatChart:
    """The attack step by step: confidence in the original answer and in the strongest other one; below, the loss."""
    rival = "the class aimed at" if attacked.target is not None else "the strongest other class"
    original = f"the original answer ({labels[attacked.before.top]})"
    steps = pd.DataFrame(attacked.trace)
    lines = pd.concat(
        [
            pd.DataFrame({"step": steps["step"], "percent": 100 * steps["original"], "probability of": original}),
            pd.DataFrame({"step": steps["step"], "percent": 100 * steps["other"], "probability of": rival}),
        ]
    )
    x = alt.X("step:Q", title=None, axis=alt.Axis(tickMinStep=1))
    point = len(steps) <= 60
    confidence = alt.Chart(lines).mark_line(point=point).encode(
        x=x,
        y=alt.Y("percent:Q", title="probability, %", scale=alt.Scale(domain=[0, 100])),
        color=alt.Color("probability of:N", scale=alt.Scale(domain=[original, rival], range=[BEFORE, AFTER]),
                        legend=alt.Legend(orient="top", title=None, labelLimit=320)),
        tooltip=["probability of", "step", alt.Tooltip("percent:Q", format=".1f")],
    ).properties(height=150)  # fmt: skip
    loss = alt.Chart(steps).mark_line(point={"color": "#555"} if point else False, color="#555").encode(
        x=alt.X("step:Q", title="look at the model (forward pass)", axis=alt.Axis(tickMinStep=1)),
        y=alt.Y("loss:Q", title="loss"),
        tooltip=["step", alt.Tooltip("loss:Q", format=".3f")],
    ).properties(height=90)  # fmt: skip
    return alt.vconcat(confidence, loss).resolve_scale(color="independent")


def agreement(found: Sequence[dict[str, Any]], titles: dict[str, str]) -> alt.LayerChart:
    """A square table of rank agreements between methods, white at zero, blue and red as in the maps."""
    named = [entry | {side: titles[entry[side]] for side in ("first", "second")} for entry in found]
    table = pd.DataFrame(named)
    colours = alt.Scale(domain=[-1, 0, 1], range=["#2166ac", "#ffffff", "#b2182b"], interpolate="rgb")
    order = list(dict.fromkeys(table["first"]))
    base = alt.Chart(table).encode(
        x=alt.X("second:N", sort=order, title=None, axis=alt.Axis(labelAngle=-35, labelLimit=140, labelOverlap=False)),
        y=alt.Y("first:N", sort=order, title=None, axis=alt.Axis(labelLimit=160, labelOverlap=False)),
    )
    tiles = base.mark_rect(stroke="white").encode(
        color=alt.Color("value:Q", legend=None, scale=colours),
        tooltip=["first", "second", alt.Tooltip("value:Q", format=".2f", title="rank agreement")],
    )
    text = base.mark_text().encode(
        text=alt.Text("value:Q", format=".2f"),
        color=alt.condition("abs(datum.value) > 0.65", alt.value("white"), alt.value("#1c2733")),
    )
    return (tiles + text).properties(height=46 * len(order) + 60)
