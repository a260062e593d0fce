"""The curves of a comparison, drawn."""

import altair as alt

from app.compare.charts import curve
from core.compare.curves import curves
from tests.core.compare.doubles import ROWS


def test_curves_are_drawn_with_bands_controls_and_the_strength_asked_for() -> None:
    found = curves(ROWS)
    spec = curve(
        found, "stability", (0.0, 8 / 255), float("inf"), "rank agreement", control="noise", chosen=8 / 255
    ).to_dict()
    rows = [row for rows in spec["datasets"].values() for row in rows]
    drawn = [row for row in rows if "value" in row]
    assert {(row["model"], row["kind"]) for row in drawn} == {
        (m, k) for m in ("before", "after") for k in ("attack", "ordinary noise")
    }
    assert {row["strength"] for row in drawn} == {0.0, 8.0}
    assert {"strength": 8.0} in rows
    marks = [layer["mark"]["type"] for layer in spec["layer"]]
    assert marks == ["rule", "area", "line", "point"]
    for row in drawn:
        assert row["low"] <= row["value"] <= row["high"]
    shares = curve(found, "accuracy", (0.0, 8 / 255), float("inf"), "right, %", percent=True).to_dict()
    first = [row for rows in shares["datasets"].values() for row in rows if row.get("model") == "before"]
    assert [row["value"] for row in first] == [75.0, 25.0]
    assert isinstance(curve({"before": {}, "after": {}}, "stability", (0.0,), 2.0, "x"), alt.LayerChart)
