"""How far a map moved under the attack, beside its controls, as a table."""

from collections.abc import Iterator, Sequence

from core.casebook.reporting.blocks import Block, Table
from core.catalog import MAP_DISTANCES
from core.study.measures import Comparison, Row, spread

COLUMNS: tuple[tuple[Comparison, str], ...] = (
    ("attack", "attacked image"), ("noise", "ordinary noise"), ("seed", "another seed"),
    ("switch", "new answer, same image"),
)  # fmt: skip
FIRST = "spearman"  # the measure the sentence goes by


def numbers(rows: Sequence[Row]) -> Iterator[Block]:
    """The table of one explainer: a line a measure, a column a comparison that there is; nothing without rows."""
    columns = [(what, title) for what, title in COLUMNS if any(row.comparison == what for row in rows)]
    if not columns:
        return
    order = sorted(MAP_DISTANCES, key=lambda name: name != FIRST)
    lines = [(MAP_DISTANCES[name].title, *(_cell(rows, name, what) for what, _ in columns)) for name in order]
    yield Table((("compared with the original's map", *(title for _, title in columns)), *lines))


def _cell(rows: Sequence[Row], name: str, what: Comparison) -> str:
    """The mean, and of several draws the lowest and the highest; "" for what was not measured."""
    if (found := spread(rows, name, what)) is None:
        return ""
    shift = MAP_DISTANCES[name]
    unit = " %" if shift.unit.startswith("%") else ""
    mean, low, high = (f"{round(value, shift.digits) + 0.0:.{shift.digits}f}".replace("-", "−") for value in found)
    several = sum(row.measure == name and row.comparison == what for row in rows) > 1
    return f"{mean}{unit}" + (f" ({low} to {high})" if several else "")
