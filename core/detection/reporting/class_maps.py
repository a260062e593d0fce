"""Where the critical pixels of each class lie, as small maps beside one another: a chart for the report."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from core.detection.reporting.charts import ORANGE
from core.detection.reporting.layered import layered

MOST = 12  # classes
IN_A_ROW = 6
SIDE = 28  # cells of a map
WIDTH = 560  # pixels of the chart, so that cells are square


def class_maps(found: Mapping[str, Any]) -> alt.LayerChart:
    """The critical pixels of the classes with the most images, in the order of the classes.

    found: what the stage `pixels` told of one reading. Of a map larger than 28 x 28 the share of critical pixels in
    each cell, the darker the more.
    """
    shape = len(found["importance"]), len(found["importance"][0])
    most = sorted(found["per_class"], key=lambda name: -int(found["per_class"][name]["images"]))[:MOST]
    names = [name for name in found["per_class"] if name in most]
    maps = [cells(found["per_class"][name]["chosen"], shape) for name in names]
    down, right = maps[0].shape
    gap, head = right / 8, down / 4
    rows = [divmod(place, IN_A_ROW) for place in range(len(maps))]
    places = [(column * (right + gap), row * (down + head) + head) for row, column in rows]
    across = max(left for left, _ in places) + right
    below = max(top for _, top in places) + down
    marked = [
        {"class": name, "x": left + x, "x2": left + x + 1, "y": top + y, "y2": top + y + 1, "share": float(share)}
        for name, each, (left, top) in zip(names, maps, places, strict=True)
        for (y, x), share in np.ndenumerate(each) if share
    ]  # fmt: skip
    frames = [
        {"class": name, "x": left, "x2": left + right, "y": top, "y2": top + down}
        for name, (left, top) in zip(names, places, strict=True)
    ]
    columns = ["class", "x", "x2", "y", "y2", "share"]
    corners = {
        "x": alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, across], nice=False)), "x2": "x2:Q",
        "y": alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[below, 0], nice=False)), "y2": "y2:Q",
    }  # fmt: skip
    base = alt.Chart(pd.DataFrame(frames))
    return layered(
        base.mark_rect(fill="#f4f5f7", stroke="#b9c2c9").encode(**corners),
        alt.Chart(pd.DataFrame(marked, columns=columns)).mark_rect(fill=ORANGE).encode(
            **corners, opacity=alt.Opacity("share:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0, 1]))
        ),
        base.mark_text(align="left", baseline="bottom", dy=-3).encode(x=corners["x"], y=corners["y"], text="class:N"),
        height=round(WIDTH * below / across),
    )  # fmt: skip


def cells(chosen: Sequence[int], shape: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Places in maps (H, W), counted row by row -> (at most 28, at most 28): the share of each cell that is chosen.

    >>> cells([0, 3], (1, 4)).tolist()
    [[1.0, 0.0, 0.0, 1.0]]
    >>> cells([0, 1, 2], (1, 56))[0, :3].tolist()
    [1.0, 0.5, 0.0]
    """
    mask = np.zeros(shape[0] * shape[1])
    mask[list(chosen)] = 1
    y, x = np.divmod(np.arange(mask.size), shape[1])
    down, right = (min(each, SIDE) for each in shape)
    place = (y * down // shape[0]) * right + x * right // shape[1]
    found: npt.NDArray[np.float64] = np.bincount(place, mask) / np.bincount(place)
    return found.reshape(down, right)
