"""What is written of a batch: a row for each picture (CSV), everything (JSON), and a report (HTML)."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.batch.report import report
from core.batch.request import BatchRequest

Row = Mapping[str, Any]
PLAIN = ("name", "label", "outcome", "right", "answer_before", "probability_before", "answer_after",
         "probability_after", "first_answer_after", "norm", "size")  # fmt: skip
SIZES = ("linf", "l2", "l1", "l0")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet takes a text for something to compute
NO_NAMES: Mapping[str, str] = {}


def files(
    told: Mapping[str, Any], rows: Sequence[Row], asked: BatchRequest, run: str, names: Mapping[str, str] = NO_NAMES
) -> dict[str, bytes]:
    """File name -> content. told: the result of the task `batch`; rows: those of its run, whose name is `run`."""
    return {
        "report.html": report(told, rows, asked, names).encode(),
        "pictures.csv": as_csv(rows, asked).encode(),
        "batch.json": as_json(told, rows, run),
    }


def as_json(told: Mapping[str, Any], rows: Sequence[Row], run: str) -> bytes:
    """The counts, what was asked, and every row."""
    return (json.dumps({**told, "run": run, "rows": list(rows)}, indent=1, ensure_ascii=False) + "\n").encode()


def as_csv(rows: Sequence[Row], asked: BatchRequest) -> str:
    """A row for each picture, with three columns for each explainer: agreement, and the mean and lowest under noise."""
    keys = [each.key for each in asked.chosen_explainers()]
    maps = [f"{key}_{part}" for key in keys for part in ("agreement", "noise_mean", "noise_lowest")]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*PLAIN, *SIZES, "survives_saving", *maps, "reason", "case"])
    for row in rows:
        used = "sizes" in row
        sizes = [row["sizes"].get(name) if used else "" for name in SIZES]
        found = [each for key in keys for each in _map(row, key)]
        case = f"cases/{row['step']}" if used else ""
        cells = [row.get(name) for name in PLAIN]
        cells += [*sizes, row.get("survives"), *found, row.get("reason", ""), case]
        writer.writerow([_cell(each) for each in cells])
    return out.getvalue()


def _map(row: Row, key: str) -> list[Any]:
    told = row.get("maps", {}).get(key, {})
    noise = told.get("noise") or ["", ""]
    return [told.get("agreement", ""), noise[0], noise[1]]


def _cell(value: Any) -> Any:
    """A value of a table; a text that a spreadsheet would compute begins with an apostrophe.

    >>> [_cell(each) for each in ("cat", "=1+1", None, True, -0.5)]
    ['cat', "'=1+1", '', 'True', -0.5]
    """
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return "" if value is None else value
