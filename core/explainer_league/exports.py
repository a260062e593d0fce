"""What is written of a league: a row for each number (CSV), and the standings with every number (JSON)."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.explainer_league.league import tidy

COLUMNS = ("image", "explainer", "metric", "value")


def files(result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], run: str) -> dict[str, bytes]:
    """File name -> content. result: of the task `explainers`; rows: those of its run, whose name is `run`."""
    return {"numbers.csv": as_csv(rows).encode(), "league.json": as_json(result, rows, run)}


def as_json(result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], run: str) -> bytes:
    """The standings, what was asked, and one record a number."""
    return (json.dumps({**result, "run": run, "rows": tidy(rows)}, indent=1, ensure_ascii=False) + "\n").encode()


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Tidy rows as comma-separated values with a heading; an image by its place among the test images.

    >>> print(as_csv([{"images": [3, 5], "explainer": "lime", "values": {"road": [0.5, None]}}]), end="")
    image,explainer,metric,value
    3,lime,road,0.5
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(tidy(rows))
    return out.getvalue()
