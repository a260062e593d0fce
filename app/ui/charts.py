"""Charts from plain numbers; each returns an Altair chart and draws nothing. Text takes the colour of the theme."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from core.study.attack_record import Attacked
from core.study.prediction import Prediction

BEFORE, AFTER = "#2f7fb5", "#d07a22"  # blue and orange, distinct for colour-blind readers and on white and black
TEXT = "currentColor"  # the colour of the page's text, light or dark
AGREE, OPPOSE = "#08306b", "#8a8a8a"


def layered(*layers: alt.Chart | alt.LayerChart, height: int | None = None) -> alt.LayerChart:
    """Charts over one another; height: in pixels."""
    whole = alt.layer(*layers)
    assert isinstance(whole, alt.LayerChart)  # it would be facets only if a layer had some
    return whole if height is None else whole.properties(height=height)


def probabilities(
    labels: Sequence[str], before: Prediction, after: Prediction | None, count: int = 5, target: int | None = None
) -> alt.LayerChart:
    """Bars of the most probable classes, before and after, with the percentages beside them; `target` comes second."""
    ranked = _ranked(before, after, count, target)
    shown = [("original", before)] + ([("attacked", after)] if after is not None else [])
    table = pd.DataFrame(
        [
            {"class": labels[label], "image": name, "percent": 100 * prediction[label],
             "text": percentage(prediction[label])}
            for label in ranked
            for name, prediction in shown
        ]
    )  # fmt: skip
    order = [labels[label] for label in ranked]
    names = [name for name, _ in shown]
    y = alt.Y("class:N", sort=order, title=None, axis=alt.Axis(labelLimit=150, labelOverlap=False))
    offset = alt.YOffset("image:N", sort=names)
    base = alt.Chart(table).encode(y=y, yOffset=offset)
    scale = alt.Scale(domain=names, range=[BEFORE, AFTER][: len(names)])
    legend = alt.Legend(title=None, orient="top") if after is not None else None
    bars = base.mark_bar(height=alt.RelativeBandSize(0.85 if after else 0.42)).encode(
        x=alt.X("percent:Q", title="probability, %", scale=alt.Scale(domain=[0, 135]),
                axis=alt.Axis(values=[0, 25, 50, 75, 100], grid=False)),
        color=alt.Color("image:N", scale=scale, legend=legend),
        tooltip=["class", "image", alt.Tooltip("text:N", title="probability")],
    )  # fmt: skip
    text = base.mark_text(align="left", dx=4, color=TEXT).encode(x="percent:Q", text="text:N")
    both: alt.LayerChart = (bars + text).properties(height=54 * len(order) + 60)
    return both


def percentage(probability: float) -> str:
    """A probability beside its bar: one decimal, but never a rounded 0 or 100.

    >>> [percentage(value) for value in (0.5, 0.9994, 0.9995, 1.0, 0.0005, 0.00049)]
    ['50.0 %', '99.9 %', '> 99.9 %', '> 99.9 %', '0.1 %', '< 0.1 %']
    """
    percent = 100 * probability
    if round(percent, 9) >= 99.95:
        return "> 99.9 %"
    return f"{max(percent, 0.1):.1f} %" if round(percent, 9) >= 0.05 else "< 0.1 %"


def _ranked(before: Prediction, after: Prediction | None, count: int, target: int | None) -> list[int]:
    """The top classes: the original answer first, then the class aimed at, the attacked answer, the rest."""
    aimed = [] if target is None else [target]
    if after is None:
        return list(dict.fromkeys([before.top, *aimed, *before.best(count)]))[:count]
    others = sorted(before.best(count) + after.best(count), key=lambda label: -before[label] - after[label])
    return list(dict.fromkeys([before.top, *aimed, after.top, *others]))[:count]


def trace(attacked: Attacked, labels: Sequence[str]) -> alt.VConcatChart:
    """The attack step by step: confidence in the original answer and in the strongest other one; below, the loss.

    Without a single step, the axes alone.
    """
    aimed = attacked.target
    rival = "the strongest other class" if aimed is None else f"the class aimed at ({labels[aimed]})"
    original = f"the original answer ({labels[attacked.before.top]})"
    steps = pd.DataFrame(attacked.trace, columns=["step", "loss", "original", "other"]).astype(float)
    lines = pd.concat(
        [
            pd.DataFrame({"step": steps["step"], "percent": 100 * steps["original"], "probability of": original}),
            pd.DataFrame({"step": steps["step"], "percent": 100 * steps["other"], "probability of": rival}),
        ]
    )
    first, last = (steps["step"].min(), steps["step"].max()) if len(steps) else (0.0, 1.0)
    span = alt.Scale(domain=[first, max(last, first + 1)], nice=False)
    axis = alt.Axis(tickMinStep=1, format=",d", labelFlush=False)
    point = len(steps) <= 60
    confidence = alt.Chart(lines).mark_line(point=point).encode(
        x=alt.X("step:Q", title=None, scale=span, axis=axis),
        y=alt.Y("percent:Q", title="probability, %", scale=alt.Scale(domain=[0, 100])),
        color=alt.Color("probability of:N", scale=alt.Scale(domain=[original, rival], range=[BEFORE, AFTER]),
                        legend=alt.Legend(orient="top", title=None, labelLimit=320, columns=1)),
        tooltip=["probability of", "step", alt.Tooltip("percent:Q", format=".1f")],
    ).properties(height=150)  # fmt: skip
    aim = "loss of the original answer (rises)" if aimed is None else "loss of the class aimed at (falls)"
    loss = alt.Chart(steps).mark_line(point={"color": TEXT} if point else False, color=TEXT).encode(
        x=alt.X("step:Q", title="times the model was asked (forward passes)", scale=span, axis=axis),
        y=alt.Y("loss:Q", title="loss"),
        tooltip=["step", alt.Tooltip("loss:Q", format=".3f")],
    ).properties(height=90, title=alt.TitleParams(aim, fontSize=13, fontWeight="normal", offset=6))  # fmt: skip
    both: alt.VConcatChart = alt.vconcat(confidence, loss).resolve_scale(color="independent")
    return both


def agreement(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> alt.LayerChart:
    """Rank agreement of every two methods, each pair once: white at 0 to dark blue at 1, grey below 0.

    rows: `first`, `second` (keys of `titles`) and `value`, in both orders or one; two methods at least.
    """
    keys = list(dict.fromkeys(entry[side] for entry in rows for side in ("first", "second")))
    place = {key: number for number, key in enumerate(keys)}
    table = pd.DataFrame(
        [
            {"first": titles[entry["first"]], "second": titles[entry["second"]], "value": entry["value"],
             "text": f"{round(entry['value'], 2) + 0.0:.2f}".replace("-", "−")}
            for entry in rows
            if place[entry["first"]] > place[entry["second"]]
        ],
        columns=["first", "second", "value", "text"],
    )  # fmt: skip
    order = [titles[key] for key in keys]
    colours = alt.Scale(domain=[-1, 0, 1], range=[OPPOSE, "#ffffff", AGREE], interpolate="rgb")
    legend = alt.Legend(title="rank agreement", orient="bottom", gradientLength=110, gradientThickness=8,
                        values=[-1, 0, 1], format=".0f")  # fmt: skip
    base = alt.Chart(table).encode(
        x=alt.X("second:N", sort=order, title=None, scale=alt.Scale(domain=order[:-1]),
                axis=alt.Axis(labelAngle=-35, labelLimit=160, labelOverlap=False)),
        y=alt.Y("first:N", sort=order, title=None, scale=alt.Scale(domain=order[1:]),
                axis=alt.Axis(labelLimit=160, labelOverlap=False)),
    )  # fmt: skip
    tiles = base.mark_rect(stroke="#b9c2c9", strokeWidth=0.5).encode(
        color=alt.Color("value:Q", legend=legend, scale=colours),
        tooltip=["first", "second", alt.Tooltip("value:Q", format=".2f", title="rank agreement")],
    )
    ink = alt.condition("datum.value > 0.5", alt.value("#ffffff"), alt.value("#111111"))  # on the tile, in any theme
    text = base.mark_text().encode(text="text:N", color=ink)
    both: alt.LayerChart = (tiles + text).properties(height=40 * (len(order) - 1) + 190)  # labels and legend included
    return both
