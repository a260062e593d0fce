"""Charts of detectors, for the page and the report alike; each returns an Altair chart and draws nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from core.detection.reporting.layered import layered
from core.robustness.charts import COLOURS

Told = Mapping[str, Any]
HANDS = {"knowing": "who knows of the detector", "unknowing": "who does not (PGD)", "noise": "nobody: ordinary noise"}
FATES = {"passed": "fooled and not detected", "fooled_and_detected": "fooled and detected", "held": "not fooled"}

MAP_MEANS = (
    "The chance that an attacked image gets a higher score than an original (AUC): white is guessing, brown is worse: "
    "attacked images are rather taken for originals."
)


def generalisation_map(told: Told, name: str) -> alt.LayerChart:
    """One detector: AUC by what it learned from (down) and what it is tested on (across), white at guessing."""
    rows = [
        {"learnt": " + ".join(row["learnt_from"]) or "nothing", "auc": row["auc"], "said": f"{row['auc']:.2f}",
         "tested": f"{row['attack']}, {255 * row['strength']:.4g}",
         "interval": f"{row['low']:.3f} to {row['high']:.3f}"}
        for row in told["rows"] if row["detector"] == name
    ]  # fmt: skip
    learnt, tested = (list(dict.fromkeys(row[key] for row in rows)) for key in ("learnt", "tested"))
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("tested:N", sort=tested, title="tested on (attack, strength of 255)",
                axis=alt.Axis(labelAngle=-50, labelLimit=200, labelOverlap=False)),
        y=alt.Y("learnt:N", sort=learnt, title=None, axis=alt.Axis(labelLimit=330, labelOverlap=False)),
        tooltip=[alt.Tooltip("learnt:N", title="learned from"), alt.Tooltip("tested:N", title="tested on"),
                 alt.Tooltip("auc:Q", format=".3f", title="AUC"), alt.Tooltip("interval:N", title="95 %")],
    )  # fmt: skip
    hues = alt.Scale(domain=[0.0, 0.5, 1.0], range=["#7f3b08", "#ffffff", "#08306b"], interpolate="rgb")
    tiles = base.mark_rect(stroke="#b9c2c9", strokeWidth=0.5).encode(color=alt.Color("auc:Q", legend=None, scale=hues))
    ink = alt.condition("abs(datum.auc - 0.5) > 0.25", alt.value("#ffffff"), alt.value("#111111"))
    return layered(tiles, base.mark_text(fontSize=10).encode(text="said:N", color=ink), height=120 + 28 * len(learnt))


def roc(told: Told, attack: str) -> alt.LayerChart:
    """The ROC curves of all detectors under one attack at the strength learnt, and guessing."""
    titles = told["titles"]
    rows = [
        {"detector": titles[curve["detector"]], "false": 100 * x, "true": 100 * y, "place": place}
        for curve in told["curves"] if curve["attack"] == attack for place, (x, y) in enumerate(curve["points"])
    ]  # fmt: skip
    names = list(titles.values())
    base = alt.Chart(pd.DataFrame(rows)).mark_line(strokeWidth=2).encode(
        x=alt.X("false:Q", title="originals called attacked, %", scale=alt.Scale(domain=[0, 100])),
        y=alt.Y("true:Q", title="attacked images recognised, %", scale=alt.Scale(domain=[0, 100])),
        order="place:Q",
        tooltip=["detector", alt.Tooltip("false:Q", format=".1f"), alt.Tooltip("true:Q", format=".1f")],
        color=alt.Color("detector:N", scale=alt.Scale(domain=names, range=list(COLOURS[: len(names)])),
                        legend=alt.Legend(title=None, orient="bottom", columns=1, labelLimit=240)),
        strokeDash=alt.StrokeDash("detector:N", legend=None),
    )  # fmt: skip
    guess = alt.Chart(pd.DataFrame({"false": [0, 100], "true": [0, 100]})).mark_line(color="#8a8a8a", strokeDash=[3, 3])
    return layered(guess.encode(x="false:Q", y="true:Q"), base, height=320)


def alarm_bars(rows: Sequence[Told], name: str, stated: float) -> alt.LayerChart:
    """How often one detector cries out on images that nobody attacked, with 95 % intervals; the rate it was set for."""
    told = [
        {"on": _harmless(row), "share": 100 * row["share"], "low": 100 * row["interval_95"][0],
         "high": 100 * row["interval_95"][1], "count": row["count"]}
        for row in rows if row["detector"] == name
    ]  # fmt: skip
    order = [row["on"] for row in told]
    base = alt.Chart(pd.DataFrame(told)).encode(
        y=alt.Y("on:N", sort=order, title=None, axis=alt.Axis(labelLimit=280, labelOverlap=False)),
        tooltip=["on", alt.Tooltip("share:Q", format=".1f", title="called attacked, %"), "count"],
    )  # fmt: skip
    x = alt.X("share:Q", title="called attacked, %", scale=alt.Scale(domain=[0, 100]))
    rule = alt.Chart(pd.DataFrame({"share": [100 * stated]})).mark_rule(strokeDash=[4, 3], color="#d07a22")
    whiskers = base.mark_rule(color="currentColor").encode(x=alt.X("low:Q", title="called attacked, %"), x2="high:Q")
    bars = base.mark_bar(color=COLOURS[0], height=alt.RelativeBandSize(0.6)).encode(x=x)
    return layered(bars, whiskers, rule.encode(x="share:Q"), height=60 + 22 * len(told))


def _harmless(row: Told) -> str:
    name = str(row["name"]).replace("_", " ")
    if row["kind"] == "noise":
        return f"noise ({name}), {255 * row['size']:.3g}/255"
    return f"{name}, severity {row['severity']}" if row["severity"] is not None else name


def hands(told: Told) -> alt.LayerChart:
    """What became of the same images under three hands."""
    rows, start = [], 0.0
    for hand, words in HANDS.items():
        if hand not in told:
            continue
        found, start = told[hand], 0.0
        held = found["fooled"]["count"] - found["fooled"]["hits"]
        counts = {"passed": found["passed"]["hits"], "fooled_and_detected": found["fooled_and_detected"]["hits"],
                  "held": held}  # fmt: skip
        for fate, count in counts.items():
            part = 100 * count / max(1, found["fooled"]["count"])
            rows.append({"by": words, "fate": FATES[fate], "from": start, "to": start + part, "images": count})
            start += part
    base = alt.Chart(pd.DataFrame(rows)).mark_bar().encode(
        y=alt.Y("by:N", sort=list(HANDS.values()), title=None, axis=alt.Axis(labelLimit=260, labelOverlap=False)),
        x=alt.X("from:Q", title="images, %", scale=alt.Scale(domain=[0, 100])), x2="to:Q",
        color=alt.Color("fate:N", legend=alt.Legend(title=None, orient="top", labelLimit=240),
                        scale=alt.Scale(domain=list(FATES.values()), range=["#d07a22", "#8a8a8a", "#2f7fb5"])),
        tooltip=["by", "fate", "images"],
    )  # fmt: skip
    return layered(base, height=220)
