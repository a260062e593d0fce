"""How many images are still right when every change up to a size is allowed: an Altair chart, nothing is drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from core.base.units import FULL

COLOURS = ("#2f7fb5", "#d07a22")
TITLES = {
    "attack": "answered right", "btr": "right answer likelier than chance", "l2": "answered right",
    "linf": "answered right",
}  # fmt: skip
AXES = {
    "rms": "mean change of a colour value (RMS), of 255",
    "l2": "length of the whole change (L2), pixels from 0 to 1",
    "linf": "largest change of a colour value, of 255",
}


def shown(norm: str) -> tuple[str, ...]:
    """The entries of a result that are measured in this norm."""
    return ("attack", "btr") if norm == "rms" else (norm,)


def curve_rows(told: Mapping[str, Any], norm: str) -> list[dict[str, Any]]:
    """A row a point of each curve: size, right (%), its band; sizes of single values in 255ths."""
    scale = 1 if norm == "l2" else FULL
    return [
        {"answer": TITLES[name], "size": scale * size, "value": 100 * value, "low": 100 * low, "high": 100 * high,
         "said": f"{100 * value:.1f} % ({100 * low:.1f} to {100 * high:.1f})"}
        for name in shown(norm) if name in told
        for size, value, low, high in told[name]["curve"]
    ]  # fmt: skip


def curve(told: Mapping[str, Any], norm: str) -> alt.LayerChart:
    """The share of images that no change of a size has turned, over that size, with 95 % bands."""
    table = pd.DataFrame(curve_rows(told, norm))
    names = list(dict.fromkeys(TITLES[name] for name in shown(norm)))
    base = alt.Chart(table).encode(
        x=alt.X("size:Q", title=AXES[norm], axis=alt.Axis(grid=False)),
        color=alt.Color("answer:N", scale=alt.Scale(domain=names, range=list(COLOURS[: len(names)])),
                        legend=_legend(names)),
    )  # fmt: skip
    y = alt.Y("value:Q", title="images, %", scale=alt.Scale(domain=[0, 100], nice=False))
    band = base.mark_area(opacity=0.15, interpolate="step-after").encode(
        y=alt.Y("low:Q", title="images, %"), y2="high:Q"
    )
    line = base.mark_line(strokeWidth=2, interpolate="step-after").encode(
        y=y, strokeDash=alt.StrokeDash("answer:N", legend=None, scale=alt.Scale(domain=names, range=[[1, 0], [6, 3]]))
    )
    points = base.mark_point(opacity=0, size=60).encode(
        y="value:Q", tooltip=[alt.Tooltip("answer:N", title="still"), alt.Tooltip("size:Q", format=".3g"),
                              alt.Tooltip("said:N", title="images (95 %)")],
    )  # fmt: skip
    whole = alt.layer(band, line, points).properties(height=320)
    assert isinstance(whole, alt.LayerChart)
    return whole


def _legend(names: Sequence[str]) -> "alt.Legend | None":
    if len(names) == 1:
        return None
    return alt.Legend(orient="top", title=None, labelLimit=320, columns=1, symbolType="square", symbolOpacity=1,
                      symbolStrokeWidth=0)  # fmt: skip
