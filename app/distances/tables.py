"""Areas and medians as a table, and what was published beside them (see app.ui.components.table)."""

from collections.abc import Mapping
from typing import Any

from core.base.units import FULL
from core.minimal_distance.published import PublishedTable
from core.runs.tasks.ara import AraRequest

Cell = dict[str, Any]
Table = dict[str, Any]

ATTACK = (
    "Accuracy-robustness area (ARA): the area under the curve of right answers over the size of the change (RMS), "
    "above guessing. It grows with accuracy and with how far images are from a wrong answer."
)
BTR = (
    "The same while the model gives the right answer more than the chance of a guess, though another answer may be "
    "likelier."
)
MEDIAN = "Half of the images lie no farther from a wrong answer; those answered wrong as they are count as 0."


def measured_table(told: Mapping[str, Any]) -> Table:
    """One row: accuracy, areas with intervals, medians."""
    low, high = (f"{100 * each:.1f}" for each in told["interval_95"])
    head = [_text("right as they are")]
    row: list[Cell] = [{"text": f"{100 * told['accuracy']:.1f} %", "range": f"{low} to {high} %"}]
    for name, title, help in (("attack", "Attack ARA", ATTACK), ("btr", "Better-than-random ARA", BTR)):
        if name in told:
            head.append(_text(title, help))
            row.append(_area(told[name]))
    for name, title in (("attack", "median, RMS"), ("l2", "median, L2"), ("linf", "median, L-infinity")):
        if name in told:
            head.append(_text(title, MEDIAN))
            row.append(_text(_median(name, told[name]["median"])))
    return {"head": head, "body": [row]}


def published_table(told: Mapping[str, Any], table: PublishedTable, name: str) -> Table:
    """The published rows, and this model's below. name: what people call it."""
    head = [_text("network"), _text("trained by"), _text("right as they are"), _text("Attack ARA", ATTACK),
            _text("Better-than-random ARA", BTR)]  # fmt: skip
    body = [[_text(row.file), _text(row.trained), _text(f"{100 * row.accuracy:.1f} %"),
             _text(f"{row.attack_ara:.4f}"), _text(f"{row.btr_ara:.4f}")] for row in table.rows]  # fmt: skip
    ours = [name, "measured here", f"{100 * told['accuracy']:.1f} %"]
    body.append([{"text": each, "strong": True} for each in ours]
                + [_area(told[each]) | {"strong": True} for each in ("attack", "btr")])  # fmt: skip
    return {"head": head, "body": body}


def differences(asked: AraRequest, table: PublishedTable) -> list[str]:
    """How this measurement differs from the published one, in words.

    >>> from core.minimal_distance.published import woods_2019
    >>> differences(AraRequest("a", "cifar10", count=20, steps=50), woods_2019())
    ['20 images here, 1,000 there', '50 steps here, 450 there']
    """
    pairs = (("images", asked.count, table.count), ("steps", asked.steps, table.steps))
    told = [f"{mine:,} {what} here, {theirs:,} there" for what, mine, theirs in pairs if mine != theirs]
    return told + (["other images"] if asked.seed != table.seed or asked.split != table.split else [])


def _median(name: str, median: float | None) -> str:
    if median is None:
        return "not reached"
    return f"{FULL * median:.3g}/255" if name == "linf" else f"{median:.4f}"


def _area(entry: Mapping[str, Any]) -> Cell:
    low, high = entry["interval_95"]
    return {"text": f"{entry['ara']:.4f}", "range": f"{low:.4f} to {high:.4f}"}


def _text(text: str, title: str = "") -> Cell:
    return {"text": text} | ({"title": title} if title else {})
