"""Strokes to masks: by hand, against scikit-image and matplotlib, and whatever JSON somebody may send."""

import math
from typing import Any

import numpy as np
import pytest
from matplotlib.path import Path
from skimage.draw import polygon2mask

from core.casebook.regions import Mask, masks

BOX = {"means": "relevant", "shape": "box", "x0": 0.25, "y0": 0.0, "x1": 0.75, "y1": 0.5}
TRIANGLE = {"means": "spurious", "shape": "polygon", "points": [[0, 0], [1, 0], [0, 1]]}
CUT = np.array([[0, 0, 1, 1], [0, 2, 2, 1]])
PARTS = {"means": "relevant", "shape": "parts", "kind": "grid", "cells": 3, "parts": [0, 2]}
CUTS = {("grid", 3): CUT}


def rows(mask: Mask) -> list[str]:
    return ["".join("#" if each else "." for each in line) for line in mask]


def test_a_box_marks_the_pixels_whose_centres_lie_in_it() -> None:
    relevant, spurious = masks([BOX], 4, 4)
    assert rows(relevant) == [".##.", ".##.", "....", "...."]
    assert not spurious.any()


def test_the_corners_of_a_box_may_come_in_any_order_and_an_edge_on_a_centre_counts_once() -> None:
    turned = BOX | {"x0": 0.75, "x1": 0.25, "y0": 0.5, "y1": 0.0}
    assert np.array_equal(masks([turned], 4, 4)[0], masks([BOX], 4, 4)[0])
    left, right = (masks([BOX | {"x0": a, "x1": b, "y1": 1}], 1, 4)[0] for a, b in ((0, 0.375), (0.375, 1)))
    assert (rows(left), rows(right)) == (["#..."], [".###"])  # 0.375 is the centre of the second


def test_a_triangle_by_hand() -> None:
    spurious = masks([TRIANGLE], 4, 4)[1]
    assert rows(spurious) == ["###.", "##..", "#...", "...."]  # a centre on the edge is outside on the right
    shifted = TRIANGLE | {"points": [[0, 0], [0.9, 0], [0, 0.9]]}  # no centre on an edge
    assert rows(masks([shifted], 4, 4)[1]) == ["###.", "##..", "#...", "...."]


def test_an_outline_that_crosses_itself_is_outside_where_it_runs_round_twice() -> None:
    square = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
    assert masks([TRIANGLE | {"points": square}], 6, 6)[1].any()
    assert not masks([TRIANGLE | {"points": [*square, square[0], *square]}], 6, 6)[1].any()


def test_parts_by_their_numbers() -> None:
    assert rows(masks([PARTS], 2, 4, CUTS)[0]) == ["##..", "###."]


def test_the_last_stroke_on_a_pixel_holds_and_erase_takes_away() -> None:
    whole = BOX | {"x0": 0, "x1": 1, "y1": 1}
    relevant, spurious = masks([whole, BOX | {"means": "spurious"}, BOX | {"means": "erase", "x1": 0.5}], 4, 4)
    assert rows(relevant) == ["#..#", "#..#", "####", "####"]
    assert rows(spurious) == ["..#.", "..#.", "....", "...."]
    assert not (relevant & spurious).any()
    again = masks([BOX | {"means": "spurious"}, whole], 4, 4)
    assert again[0].all()
    assert not again[1].any()


@pytest.mark.parametrize("seed", range(8))
def test_any_polygon_is_that_of_matplotlib_and_of_scikit_image(seed: int) -> None:
    draws = np.random.default_rng(seed)
    height, width = (int(each) for each in draws.integers(5, 40, 2))
    points = draws.random((int(draws.integers(3, 12)), 2))
    found = masks([TRIANGLE | {"points": points.tolist()}], height, width)[1]
    down, across = np.mgrid[:height, :width]
    centres = np.stack([(across + 0.5) / width, (down + 0.5) / height], axis=-1).reshape(-1, 2)
    outline = Path(np.vstack([points, points[:1]]))
    assert np.array_equal(found.ravel(), outline.contains_points(centres))
    vertices = points[:, ::-1] * (height, width) - 0.5  # pixel centres at whole numbers
    assert np.array_equal(found, polygon2mask((height, width), vertices))


def test_nothing_drawn_marks_nothing() -> None:
    assert not any(mask.any() for mask in masks([], 3, 3))


POINTS = [[0.5, 0.5]] * 3


@pytest.mark.parametrize(
    ("strokes", "said"),
    [
        (None, "list of 0 to 500"), ({}, "list of 0 to 500"), ("x", "list"), ([BOX] * 501, "too much is drawn"),
        ([1], "is not an object"), ([{}], "is not a word"), ([BOX | {"shape": "circle"}], "word that is known"),
        ([BOX | {"shape": []}], "word that is known"), ([BOX | {"means": "both"}], "word that is known"),
        ([{"shape": "box", "x0": 0, "y0": 0, "x1": 1, "y1": 1}], "lacks means"),
        ([BOX | {"x0": math.nan}], "not a number from 0 to 1"), ([BOX | {"x0": math.inf}], "not a number"),
        ([BOX | {"x0": True}], "not a number"), ([BOX | {"x0": "0"}], "not a number"), ([BOX | {"x0": -0.1}], "0 to 1"),
        ([BOX | {"x0": 10**400}], "not a number"), ([BOX | {"__proto__": {}}], "is not known here"),
        ([TRIANGLE | {"points": POINTS[:2]}], "list of 3 to"), ([TRIANGLE | {"points": [[0]] * 3}], "list of 2"),
        ([TRIANGLE | {"points": POINTS * 3334}], "too much is drawn to be saved; undo"),
        ([TRIANGLE | {"points": POINTS * 2000}] * 2, "too much is drawn"),
        ([TRIANGLE | {"points": [[0, None]] * 3}], "not a number"), ([TRIANGLE | {"points": "abc"}], "list"),
        ([PARTS | {"parts": [3]}], "whole number from 0 to 2"), ([PARTS | {"parts": [-1]}], "whole number"),
        ([PARTS | {"parts": [1.5]}], "whole number"), ([PARTS | {"parts": [0] * 10_001}], "too much is drawn"),
        ([PARTS | {"kind": "quickshift"}], "word that is known"), ([PARTS | {"cells": 4}], "cut into"),
        ([PARTS | {"cells": 0}], "whole number"), ([PARTS | {"cells": 10**9}], "whole number"),
    ],
)  # fmt: skip
def test_anything_else_is_one_sentence(strokes: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        masks(strokes, 2, 4, CUTS)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_parts_of_another_picture_are_refused() -> None:
    with pytest.raises(ValueError, match="expected parts of a picture of 5 x 2 pixels"):
        masks([PARTS], 2, 5, CUTS)
