"""What an expert draws on a picture, stroke by stroke, and the pixels that this marks."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.base.errors import Unreadable
from core.untrusted.json_part import Part

Mask = NDArray[np.bool_]
Cuts = Mapping[tuple[str, int], NDArray[np.integer[Any]]]
Means = Literal["relevant", "spurious", "erase"]
STATES: dict[str, int] = {"erase": 0, "relevant": 1, "spurious": 2}
KINDS = ("slic", "grid")  # of parts
MOST_STROKES, MOST_POINTS, MOST_PARTS, MOST_CELLS = 500, 10_000, 10_000, 1_000  # points and parts: of all strokes
CORNERS = ("x0", "y0", "x1", "y1")


def masks(strokes: Any, height: int, width: int, parts: Cuts | None = None) -> tuple[Mask, Mask]:
    """(relevant, spurious), each (height, width) bool, of strokes in their JSON form; no pixel is both.

    A stroke {"means": "relevant", "spurious" or "erase", "shape": ...} marks the pixels whose centres lie in it; of
    several on one pixel the last holds. Coordinates are shares of width and height, in [0, 1]. Shapes: "box", with
    corners x0, y0, x1, y1; "polygon", with points [[x, y], ...], inside by the even-odd rule; "parts", with parts, a
    list of numbers in `parts[kind, cells]`, the (height, width) numbers of the parts that the picture was cut into.
    ValueError in one sentence where the strokes are anything else, or beyond 500 strokes, 10,000 points, 10,000 parts.

    >>> box = {"means": "relevant", "shape": "box", "x0": 0, "y0": 0, "x1": 0.5, "y1": 1}
    >>> relevant, spurious = masks([box, box | {"means": "spurious", "y1": 0.5}], 2, 4)
    >>> relevant.astype(int).tolist(), spurious.astype(int).tolist()
    ([[0, 0, 0, 0], [1, 1, 0, 0]], [[1, 1, 0, 0], [0, 0, 0, 0]])
    """
    state = np.zeros((height, width), dtype=np.uint8)
    left = {"points": MOST_POINTS, "parts": MOST_PARTS}
    _expect_room(Part(strokes, "what was drawn"), MOST_STROKES)
    for each in Part(strokes, "what was drawn").entries(MOST_STROKES):
        told = each.table()
        kind = told.get("shape", Part(None, each.inside("shape"))).one_of(("box", "polygon", "parts"))
        if kind == "box":
            inside = _box(each, height, width)
        elif kind == "polygon":
            inside = _polygon(each, height, width, left)
        else:
            inside = _parts(each, height, width, parts or {}, left)
        state[inside] = STATES[told.get("means", Part(None, each.inside("means"))).one_of(STATES)]
    return state == STATES["relevant"], state == STATES["spurious"]


def _box(stroke: Part, height: int, width: int) -> Mask:
    told = stroke.record(("means", "shape", *CORNERS))
    x0, y0, x1, y1 = (told[name].number(0, 1) for name in CORNERS)
    across, down = _centres(width), _centres(height)
    columns = (min(x0, x1) <= across) & (across < max(x0, x1))
    rows = (min(y0, y1) <= down) & (down < max(y0, y1))
    inside: Mask = rows[:, None] & columns
    return inside


def _polygon(stroke: Part, height: int, width: int, left: dict[str, int]) -> Mask:
    """Even-odd: a pixel is inside if a ray from its centre to the left crosses the outline an odd number of times."""
    told = stroke.record(("means", "shape", "points"))["points"]
    _expect_room(told, left["points"])
    points = told.entries(left["points"], 3)
    left["points"] -= len(points)
    corners = np.array([[each.number(0, 1) for each in point.entries(2, 2)] for point in points])
    down, toggles = _centres(height), np.zeros((height, width + 1), dtype=np.int64)
    for (xa, ya), (xb, yb) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        rows = np.flatnonzero((ya <= down) != (yb <= down))
        cut = xa + (down[rows] - ya) * ((xb - xa) / (yb - ya or 1.0))
        toggles[rows, np.searchsorted(_centres(width), cut)] += 1  # the first centre that does not lie left of it
    inside: Mask = toggles[:, :width].cumsum(axis=1) % 2 == 1
    return inside


def _parts(stroke: Part, height: int, width: int, cuts: Cuts, left: dict[str, int]) -> Mask:
    told = stroke.record(("means", "shape", "kind", "cells", "parts"))
    named = told["kind"].one_of(KINDS), told["cells"].whole(1, MOST_CELLS)
    _expect_room(told["parts"], left["parts"])
    listed = told["parts"].entries(left["parts"])
    left["parts"] -= len(listed)
    if named not in cuts:
        stroke.refuse("drawn on the parts that this picture is cut into")
    cut = np.asarray(cuts[named])
    if cut.shape != (height, width):
        raise ValueError(f"expected parts of a picture of {width} x {height} pixels, got {cut.shape}")
    numbers = [each.whole(0, int(cut.max())) for each in listed]
    inside: Mask = np.isin(cut, numbers)
    return inside


def _expect_room(listed: Part, most: int) -> None:
    if isinstance(listed.value, list) and len(listed.value) > most:
        raise Unreadable("too much is drawn to be saved; undo some of it")


def _centres(count: int) -> NDArray[np.float64]:
    """Where the centres of `count` pixels lie in [0, 1]."""
    return (np.arange(count) + 0.5) / count
