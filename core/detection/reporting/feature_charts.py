"""Charts of what a network computes, for the page and the report alike; each returns an Altair chart."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import altair as alt
import pandas as pd

from core.detection.reporting.layered import layered

Told = Mapping[str, Any]
By = Literal["kind", "class"]
BLUE, ORANGE, GREY = "#2f7fb5", "#d07a22", "#8a8a8a"
KINDS = {"original": "original", "held": "attacked, still right", "fooled": "attacked, fooled"}
SHAPES = ("circle", "square", "triangle-up")
CLASSES = ("#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#BF60FF",
           "#200000", "#004000")  # fmt: skip
OTHERS, PALE = "others", "#C8C8C8"
CLICKED = "point"


def scatter(points: Sequence[Told], pictures: Mapping[int, str] | None = None, by: By = "kind") -> alt.LayerChart:
    """The last features in two dimensions; shape by whether the model was fooled, colour by that or by the class; a

    click selects. pictures: place of a source -> a picture (data: address) that hovering shows. The twelve colours of
    classes differ for every kind of colour vision: nine are Tol's "muted", three were sought to lie far from them; of
    more classes the twelve commonest have one, and the others are pale grey.
    """
    shown = colours(points) if by == "class" else dict(zip(KINDS.values(), (BLUE, GREY, ORANGE), strict=True))
    rows = [
        {**each, "kind": KINDS[each["kind"]], "class": each["label"] if each["label"] in shown else OTHERS}
        | ({"image": pictures.get(each["place"], "")} if pictures else {})
        for each in points
    ]
    clicked = alt.selection_point(name=CLICKED, fields=["place"], on="click")
    base = alt.Chart(pd.DataFrame(rows)).mark_point(filled=True, size=42, opacity=0.75, cursor="pointer")
    legend = alt.Legend(title=None, orient="top", symbolOpacity=1, columns=2 if by == "kind" else 3, labelLimit=120)
    shapes = legend if by == "kind" else alt.Legend(title=None, orient="bottom", symbolFillColor=GREY, columns=2)
    made = base.add_params(clicked).encode(
        x=alt.X("x:Q", axis=None, scale=alt.Scale(zero=False)), y=alt.Y("y:Q", axis=None, scale=alt.Scale(zero=False)),
        color=alt.Color(f"{by}:N", legend=legend, scale=alt.Scale(domain=list(shown), range=list(shown.values()))),
        shape=alt.Shape("kind:N", scale=alt.Scale(domain=list(KINDS.values()), range=list(SHAPES)), legend=shapes),
        tooltip=["label", "answer", "kind", *(["image"] if pictures else [])],
    )  # fmt: skip
    return layered(made, height=420 if by == "kind" else 520)  # the legends take from it


def colours(points: Sequence[Told]) -> dict[str, str]:
    """The class of points -> its colour, in the order of their names; `others` last, where there are more than twelve.

    >>> colours([{"label": "digit 10"}, {"label": "digit 9"}])
    {'digit 9': '#332288', 'digit 10': '#88CCEE'}
    """
    counts = Counter(sorted((str(each["label"]) for each in points), key=_natural))
    named = sorted((label for label, _ in counts.most_common(len(CLASSES))), key=_natural)
    more = {OTHERS: PALE} if len(counts) > len(named) else {}
    return dict(zip(named, CLASSES, strict=False)) | more


def _natural(name: str) -> list[str | int]:
    """Numbers in a name by their size."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", name)]


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
    return layered(base.mark_line(point=True).encode(y=y), base.mark_rule().encode(y="low:Q", y2="high:Q"), height=260)
