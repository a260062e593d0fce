"""Charts of loss surfaces: each returns an Altair chart and draws nothing."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from core.gradient_masking.loss_surface import Surface, shared_range

BAND, BOX = "#ffffff", "#ff4b4b"
SIDE = 260  # pixels


def heat_maps(surfaces: Mapping[str, Surface], eps: float) -> alt.HConcatChart:
    """The surfaces side by side by name, on one scale, each with the attack's bound and the border of wrong answers.

    The bound is where |a| + |b| = eps: there some pixel has changed by eps, as both directions are +-1.
    """
    if not surfaces:
        raise ValueError("expected at least one loss surface")
    low, high = shared_range(list(surfaces.values()))
    whole = alt.hconcat(*(_heat_map(name, each, eps, low, high) for name, each in surfaces.items()))
    whole = whole.resolve_scale(color="shared")
    assert isinstance(whole, alt.HConcatChart)
    return whole


def _heat_map(name: str, found: Surface, eps: float, low: float, high: float) -> alt.LayerChart:
    table = pd.DataFrame(_cells(found))
    end = 255 * float(found.offsets[-1])
    half = end / (len(found.offsets) - 1)
    scale = alt.Scale(domain=[-end - half, end + half], nice=False, zero=False)
    base = alt.Chart(table)
    cells = base.mark_rect().encode(
        x=alt.X("left:Q", scale=scale, title="along the gradient, of 255", axis=alt.Axis(grid=False)), x2="right:Q",
        y=alt.Y("below:Q", scale=scale, title="in a random direction, of 255", axis=alt.Axis(grid=False)), y2="above:Q",
        color=alt.Color("loss:Q", title="loss", scale=alt.Scale(scheme="viridis", domain=[low, high], nice=False)),
        tooltip=[alt.Tooltip("along:Q", format=".1f", title="along, of 255"),
                 alt.Tooltip("across:Q", format=".1f", title="across, of 255"),
                 alt.Tooltip("loss:Q", format=".3g", title="loss"), alt.Tooltip("answer:N", title="answer")],
    )  # fmt: skip
    border = pd.DataFrame(_border(found), columns=["x", "y", "x2", "y2"])
    wrong = alt.Chart(border).mark_rule(color=BAND, strokeWidth=1.5).encode(
        x=alt.X("x:Q", scale=scale), x2="x2:Q", y=alt.Y("y:Q", scale=scale), y2="y2:Q"
    )  # fmt: skip
    reach = 255 * eps
    corners = [(reach, 0.0), (0.0, reach), (-reach, 0.0), (0.0, -reach), (reach, 0.0)]
    bound = pd.DataFrame([{"x": x, "y": y, "order": place} for place, (x, y) in enumerate(corners)])
    box = alt.Chart(bound).mark_line(color=BOX, strokeWidth=2, clip=True).encode(
        x=alt.X("x:Q", scale=scale), y=alt.Y("y:Q", scale=scale), order="order:Q"
    )  # fmt: skip
    whole = alt.layer(cells, wrong, box).properties(width=SIDE, height=SIDE, title=name)
    assert isinstance(whole, alt.LayerChart)
    return whole


def _cells(found: Surface) -> list[dict[str, Any]]:
    """A row for each point: its place in 255ths with the edges of its cell, its loss, and how it is answered."""
    places = [255 * value for value in found.offsets.tolist()]
    half = (places[1] - places[0]) / 2
    losses, wrong = found.loss.tolist(), found.wrong.tolist()
    return [
        {"along": a, "across": b, "left": a - half, "right": a + half, "below": b - half, "above": b + half,
         "loss": losses[row][column], "answer": "wrong" if wrong[row][column] else "right"}
        for row, b in enumerate(places) for column, a in enumerate(places)
    ]  # fmt: skip


def _border(found: Surface) -> list[tuple[float, float, float, float]]:
    """(x, y, x2, y2), in 255ths, of every edge between a cell that is answered right and one that is not."""
    places = [255 * value for value in found.offsets.tolist()]
    half, wrong, edges = (places[1] - places[0]) / 2, found.wrong.tolist(), []
    for row, b in enumerate(places):
        for column, a in enumerate(places):
            if column + 1 < len(places) and wrong[row][column] != wrong[row][column + 1]:
                edges.append((a + half, b - half, a + half, b + half))
            if row + 1 < len(places) and wrong[row][column] != wrong[row + 1][column]:
                edges.append((a - half, b + half, a + half, b + half))
    return edges
