"""How far one explainer's map moved, beside its controls: the columns, the lines and the cells of the table."""

from collections.abc import Sequence
from typing import Any

from core.catalog import MAP_DISTANCES
from core.contracts.explainer import Explainer
from core.study.maps import Maps
from core.study.measures import Comparison, Row, spread

COLUMNS: tuple[tuple[Comparison, str, str], ...] = (
    ("attack", "attacked image", "How far the map moved between the original and the attacked image."),
    ("noise", "ordinary noise", "The same, for pictures with noise of the attack's size but without its aim: the "
     "attack's own change with its pixels shuffled. Mean of the draws; below, the lowest and highest."),
    ("seed", "another seed", "The same picture explained again with other random numbers: the method's own noise."),
    ("switch", "new answer, same image", "The original image, asked about the attacked image's answer: how far the "
     "map moves because the question changed, with no pixel touched."),
)  # fmt: skip


FIRST = "spearman"  # the measure the sentence goes by
NONE: dict[str, Any] = {"head": [], "body": [], "more": []}  # where there is no map to compare


def pending(explainer: Explainer, maps: Maps) -> tuple[Comparison, ...]:
    """The comparisons that are still to come, so that the table has its columns from the beginning."""
    seed: tuple[Comparison, ...] = ("seed",) if explainer.random else ()
    switch: tuple[Comparison, ...] = ("switch",) if maps.classes[0] != maps.classes[1] else ()
    return ("noise", *seed, *switch)


def columns_of(found: Sequence[Row], expected: Sequence[Comparison]) -> list[tuple[Comparison, str, str]]:
    return [each for each in COLUMNS if each[0] in expected or any(row.comparison == each[0] for row in found)]


def table(found: Sequence[Row], columns: Sequence[tuple[Comparison, str, str]]) -> dict[str, Any]:
    """Head and body of the table, one line a measure, one column a comparison; the deciding line first."""
    head = [{"text": "compared with the original's map"}, *({"text": text, "title": help} for _, text, help in columns)]
    lines = {name: line(found, name, [comparison for comparison, _, _ in columns]) for name in MAP_DISTANCES}
    return {"head": head, "body": [lines.pop(FIRST)], "more": list(lines.values())}


def line(found: Sequence[Row], name: str, comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """One measure, by comparison: the mean, and of several draws the range; an empty cell for what is not there."""
    shift = MAP_DISTANCES[name]
    line: list[dict[str, Any]] = [{"text": shift.title, "title": shift.plain, "deciding": name == FIRST}]
    unit = " %" if shift.unit.startswith("%") else ""
    for comparison in comparisons:
        values = spread(found, name, comparison)
        if values is None:
            line.append({"text": ""})
            continue
        mean, low, high = (_number(value, shift.digits) for value in values)
        several = sum(row.measure == name and row.comparison == comparison for row in found) > 1
        line.append({"text": mean + unit, "strong": comparison == "attack",
                     "range": f"{low} to {high}{unit}" if several else ""})  # fmt: skip
    return line


def _number(value: float, digits: int) -> str:
    """With a true minus sign, and none before zero."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")
