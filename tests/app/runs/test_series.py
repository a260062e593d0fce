"""Rows of a run become points: thinned without bias, in epochs, with intervals; and a growing file is read once."""

import doctest
import json
import math
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from app.refine import estimate as refine_estimate
from app.run_words import settings as run_settings
from app.run_words import words as run_words
from app.runs import comparison as run_compared
from app.runs import outcome as run_outcome
from app.runs import series as run_series
from app.runs.charts import ROOM, accuracy, both, leaks, losses
from app.runs.cycles import numbers
from app.runs.mask_series import cycles_of, leak
from app.runs.masks import NUMBERS
from app.runs.series import WHOLE, each, held
from app.ui import mask_pictures as run_pictures
from app.ui.mask_pictures import TINT, strip
from app.ui.metrics_rows import Rows
from core.catalog import OBJECTIVES
from core.runs.files import append, cut_rows
from tests.toys import guided_batch, mapped_batch, ready

EXAMPLES = (run_series, run_settings, run_words, run_pictures, run_outcome, run_compared, refine_estimate)


def steps(count: int, per_epoch: int, **more: Any) -> list[dict[str, Any]]:
    return [
        {"step": step, "epoch": step // per_epoch, "loss": float(step), "parts": {"a": step / 2, "b": -1.0}} | more
        for step in range(count)
    ]


@pytest.mark.parametrize("module", EXAMPLES, ids=lambda it: it.__name__)
def test_the_examples_in_the_docstrings(module: Any) -> None:
    assert doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).failed == 0


@pytest.mark.parametrize("count", [1, 7, 239, 240, 241, 5000])
def test_thinning_keeps_the_mean_and_the_place(count: int) -> None:
    rows = steps(count, 100)
    points = [point for point in run_series.losses(rows, 100.0) if point["part"] == WHOLE]
    assert len(points) <= run_series.POINTS
    size = math.ceil(count / run_series.POINTS)
    weights = [min(size, count - size * place) for place in range(len(points))]
    whole = sum(weight * point["value"] for weight, point in zip(weights, points, strict=True)) / count
    assert whole == pytest.approx((count - 1) / 2)
    for point in points:  # the loss is the step here, so value and place must agree
        assert point["epoch"] * 100 == pytest.approx(point["value"] + 1)


def test_what_is_no_number_is_left_out() -> None:
    rows = [
        {"step": 0, "epoch": 0, "loss": math.nan, "parts": {"a": "x", "b": 1.0}},
        {"step": 1, "epoch": 0, "parts": 3},
    ]
    assert run_series.losses(rows, 2.0) == [{"epoch": 0.5, "part": "b", "value": 1.0}]
    assert run_series.whole([{"step": 0}, {"step": "1", "epoch": 0}, {"step": 2, "epoch": 1}]) == [
        {"step": 2, "epoch": 1}
    ]
    assert held([{"step": 0, "epoch": 0, "held": {"clean": 2.0, "odd": 0.5, "robust": None}}], 10) == []


def test_steps_in_an_epoch() -> None:
    assert each(steps(25, 10), 0.5, 5) == 10.0
    assert each(steps(5, 10), 0.1, 5) == 10.0  # five steps are a tenth of five epochs
    assert each(steps(10, 10)[:9] + [steps(10, 10)[9] | {"held": {"clean": 0.5}}], 0.0, 5) == 10.0
    assert each([], 0.0, 0) == 1.0


def test_the_interval_is_wilsons() -> None:
    point = held([{"step": 9, "epoch": 2, "held": {"robust_average": 0.37}}], 500)[0]
    assert (point["epoch"], point["images"], point["weights"]) == (3, "attacked images", "averaged weights")
    z = NormalDist().inv_cdf(0.975)
    for bound in (point["low"] / 100, point["high"] / 100):  # where the score test is just at its limit
        assert abs(0.37 - bound) == pytest.approx(z * math.sqrt(bound * (1 - bound) / 500), rel=1e-4)


def test_cycles_are_counted_and_the_leak_is_told_only_above_chance() -> None:
    rows = steps(30, 10)
    rows[0]["masks"] = {"size": 0.25, "leak": 0.11, "leak_low": 0.09, "leak_high": 0.13, "chance": 0.1}
    rows[20]["masks"] = {"size": 0.25, "leak": 0.4, "leak_low": 0.38, "leak_high": 0.42, "chance": 0.1, "note": "x"}
    rows[25]["masks"] = {"note": "x"}
    found = cycles_of(rows)
    assert [(entry["cycle"], entry["epoch"]) for entry in found] == [(1, 0), (2, 2)]
    assert leak(found[0]) == ""
    assert "40 %" in leak(found[1])
    assert "(38 to 42 %)" in leak(found[1])
    assert "always naming the most frequent label is right for 10 %" in leak(found[1])
    assert "read the region instead of the picture" in leak(found[1])
    assert "does not see the regions" in leak(found[1], covering=False)
    assert "read the region" not in leak(found[1], covering=False)
    assert leak(found[1] | {"empty": 1.0}) == ""
    assert leak({"leak": 0.4, "leak_low": 0.1, "chance": 0.1}) == ""
    assert leak({"leak": 0.4}) == ""


def data(chart: Any) -> list[dict[str, Any]]:
    spec = chart.to_dict()  # validated against the Vega-Lite schema on the way
    return [row for rows in spec["datasets"].values() for row in rows]


def test_charts_hold_their_points_and_share_the_axis() -> None:
    rows = steps(20, 10)
    rows[9]["held"] = {"clean": 0.8, "robust": 0.4, "clean_average": 0.82}
    rows[0]["masks"] = {"leak": 0.4, "leak_low": 0.38, "leak_high": 0.42, "chance": 0.1}
    curve = losses(run_series.losses(rows, 10.0), 5)
    assert {row["part"] for row in data(curve)} == {WHOLE, "a", "b"}
    assert curve.to_dict()["encoding"]["color"]["scale"]["domain"][0] == WHOLE
    assert curve.to_dict()["encoding"]["x"]["scale"]["domain"] == [0, ROOM * 5]
    shown = data(accuracy(held(rows, 100), 5))
    assert sorted(row["value"] for row in shown) == [40.0, 80.0, 82.0]
    assert all(row["low"] < row["value"] < row["high"] for row in shown)
    meter = next(row for row in data(leaks(cycles_of(rows), 5)) if "leak" in row)
    assert (meter["leak"], meter["chance"], meter["tells"]) == (40.0, 10.0, True)
    assert not data(leaks([entry | {"empty": 1.0} for entry in cycles_of(rows)], 5))
    assert {"level": 12.5} in data(accuracy(held(rows, 100), 5, 0.125))
    over = both({"this run": held(rows, 100), "the other run": []}, 5, kind="images", title="accuracy, %", percent=True)
    assert {row["run"] for row in data(over)} == {"this run"}


def test_a_cycle_without_regions_has_no_leak() -> None:
    cycle = {"cycle": 1, "epoch": 0, "empty": 0.0, "leak": 0.122, "leak_low": 0.09, "leak_high": 0.16, "chance": 0.1}
    table = numbers([cycle, cycle | {"cycle": 2, "empty": 1.0}], "spurious", NUMBERS)
    assert list(table.loc["Leak meter: label named from the region alone"]) == ["12 % (9 to 16 %)",
                                                                                "not measured: no regions"]  # fmt: skip
    assert list(table.loc["Leak meter: always naming the most frequent label"]) == ["10.0 %", "10.0 %"]


def test_empty_charts_are_still_charts() -> None:
    for chart in (losses([], 1), accuracy([], 1), leaks([], 1), both({"a": [], "b": []}, 1, kind="part", title="x")):
        assert chart.to_dict()


def test_maps_are_shown_in_the_colours_of_all_maps_with_one_limit() -> None:
    maps = np.zeros((2, 4, 4), np.float16)
    maps[0, 0, 0], maps[1, 3, 3] = 1, -0.5
    made = strip(np.full((2, 1, 4, 4), 255, np.uint8), maps, side=4)
    assert made.shape == (4, 4 + 8 + 4, 4)
    assert made[1, 1].tolist() == [255, 255, 255, 255]  # nothing: white
    red, blue = made[0, 0].astype(int), made[3, -1].astype(int)
    assert red[0] - red[2] > 2 * 40  # it supports
    assert 0 < blue[2] - blue[0] < red[0] - red[2]  # half as strong against it


def test_masks_are_tinted_where_they_are_and_nowhere_else() -> None:
    images = np.full((2, 1, 4, 4), 100, dtype=np.uint8)
    masks = np.zeros((2, 4, 4), dtype=bool)
    masks[1, :2] = True
    made = strip(images, masks, side=32)
    assert made.shape[0] == 32
    first, second = made[:, :32], made[:, -32:]
    assert (first[..., :3] == 100).all()
    assert not (second[:16, :, :3] == 100).all(axis=2).any()
    assert (second[16:, :, :3] == 100).all()
    assert (second[15, :, :3] == TINT.astype(np.uint8)).all(axis=1).all()  # the outline
    assert (made[:, 32:-32, 3] == 0).all()  # nothing in between
    for bad in (masks[:1], masks[:, :2]):
        with pytest.raises(ValueError, match="expected images"):
            strip(images, bad)


def test_a_growing_file_is_read_once_and_a_replaced_one_anew(tmp_path: Path) -> None:
    path, rows = tmp_path / "metrics.jsonl", Rows()
    assert rows.read(path) == []
    for step in range(5):
        append(path, json.dumps({"step": step}) + "\n")
    append(path, '{"step": 5')  # half written
    assert [row["step"] for row in rows.read(path)] == [0, 1, 2, 3, 4]
    append(path, "}\n[1]\nnonsense\n")
    assert [row["step"] for row in rows.read(path)] == [0, 1, 2, 3, 4, 5]
    cut_rows(path, 2)  # as when a run is resumed
    append(path, "".join(json.dumps({"step": step, "again": True}) + "\n" for step in range(3, 30)))
    assert [row["step"] for row in rows.read(path)] == list(range(30))
    assert all("again" in row for row in rows.read(path)[3:])
    path.unlink()
    assert rows.read(path) == []


@pytest.mark.parametrize("key", sorted(OBJECTIVES))
def test_each_part_of_a_loss_has_words(key: str) -> None:
    keeps_maps = OBJECTIVES[key].kept_as.is_floating_point
    _, parts = OBJECTIVES[key]()(ready(OBJECTIVES[key]), mapped_batch() if keeps_maps else guided_batch())
    assert set(parts) <= {*run_series.PARTS, *run_series.NO_PARTS}
