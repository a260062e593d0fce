"""What the charts are made of, read back from their Vega-Lite form; and that every attack is of some kind."""

from typing import Any

import altair as alt
import pytest
import torch

from app.study.case_form import GROUPS, group
from app.ui.charts import agreement, percentage, probabilities, trace
from core.catalog import ATTACKS
from core.study.attack_record import Attacked
from core.study.prediction import Prediction

LABELS = ("cat", "dog", "ship", "truck", "frog", "bird")
BEFORE = Prediction((0.9, 0.06, 0.02, 0.01, 0.006, 0.004))
AFTER = Prediction((0.1, 0.85, 0.03, 0.012, 0.005, 0.003))
STEPS = [
    {"step": 3.0, "loss": 0.1, "original": 0.9, "other": 0.06},
    {"step": 7.0, "loss": 2.3, "original": 0.1, "other": 0.85},
    {"step": 8.0, "loss": 2.3, "original": 0.1, "other": 0.85, "final": 1.0},
]


def attacked(target: int | None = None, steps: list[dict[str, float]] | None = None) -> Attacked:
    image, facts = torch.zeros(3, 2, 2), {"linf": 0.0, "l2": 0.0, "l1": 0.0, "l0": 0.0}
    trace = STEPS if steps is None else steps
    return Attacked(image, BEFORE, AFTER, AFTER, target, facts, facts, 1, 1, 0.1, "", trace)


def rows(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for rows in spec["datasets"].values() for row in rows]


def drawn(chart: alt.TopLevelMixin) -> dict[str, Any]:
    return chart.to_dict()  # validated against the Vega-Lite schema on the way


@pytest.mark.parametrize("target", [None, 3])
def test_the_trace_says_what_was_aimed_at(target: int | None) -> None:
    spec = drawn(trace(attacked(target), LABELS))
    above, below = spec["vconcat"]
    legend = above["encoding"]["color"]["scale"]["domain"]
    assert legend == ["the original answer (cat)", "the class aimed at (truck)" if target else legend[1]]
    assert below["title"]["text"] == (
        "loss of the class aimed at (falls)" if target else "loss of the original answer (rises)"
    )
    for part in (above, below):
        assert part["encoding"]["x"]["scale"] == {"domain": [3.0, 8.0], "nice": False}
    assert sorted(row["loss"] for row in rows(spec) if "loss" in row) == [0.1, 2.3, 2.3]


@pytest.mark.parametrize("count", [0, 1])
def test_a_trace_of_few_points_is_still_a_chart(count: int) -> None:
    spec = drawn(trace(attacked(steps=STEPS[:count]), LABELS))
    low, high = spec["vconcat"][0]["encoding"]["x"]["scale"]["domain"]
    assert high > low
    assert len([row for row in rows(spec) if "loss" in row]) == count


@pytest.mark.parametrize(
    ("probability", "text"),
    [(1.0, "> 99.9 %"), (0.9999, "> 99.9 %"), (0.99949, "99.9 %"), (0.0, "< 0.1 %"), (0.123, "12.3 %")],
)
def test_no_probability_is_rounded_to_certainty(probability: float, text: str) -> None:
    assert percentage(probability) == text


def test_no_text_ever_reads_0_or_100_percent() -> None:
    texts = {percentage(number / 20000) for number in range(20001)}
    assert not texts & {"100.0 %", "0.0 %"}


@pytest.mark.parametrize("target", range(1, 6))
def test_the_class_aimed_at_is_the_second_bar(target: int) -> None:
    for after in (None, AFTER):
        spec = drawn(probabilities(LABELS, BEFORE, after, count=3, target=target))
        order = spec["layer"][0]["encoding"]["y"]["sort"]
        assert order[:2] == ["cat", LABELS[target]]
        assert len(order) == len(set(order)) == 3


def test_agreement_shows_each_pair_once_and_no_diagonal() -> None:
    keys = ("a", "b", "c")
    found = [{"first": a, "second": b, "value": 1.0 if a == b else -0.25} for a in keys for b in keys]
    titles = {"a": "Zebra", "b": "Ape", "c": "Mouse"}
    for given in (found, [row for row in found if row["first"] <= row["second"]] + found[3:4] + found[6:8]):
        spec = drawn(agreement(given, titles))
        pairs = {(row["first"], row["second"]) for row in rows(spec)}
        assert pairs == {("Ape", "Zebra"), ("Mouse", "Zebra"), ("Mouse", "Ape")}
        assert {row["text"] for row in rows(spec)} == {"−0.25"}
        encoding = spec["layer"][0]["encoding"]
        assert encoding["y"]["scale"]["domain"] == ["Ape", "Mouse"]
        assert encoding["x"]["scale"]["domain"] == ["Zebra", "Ape"]


def test_agreement_has_no_negative_zero() -> None:
    spec = drawn(agreement([{"first": "a", "second": "b", "value": -0.004},
                            {"first": "b", "second": "a", "value": -0.004}], {"a": "A", "b": "B"}))  # fmt: skip
    assert [row["text"] for row in rows(spec)] == ["0.00"]


def test_every_attack_has_a_group() -> None:
    assert {group(kind) for kind in ATTACKS.values()} == set(GROUPS)
