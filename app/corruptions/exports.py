"""What is taken along of a measurement under common corruptions: a row a cell (CSV), the numbers (JSON)."""

import json
from typing import Any

from app.measuring.kind import Names, Told
from core.robustness.tidy import as_csv
from core.runs.rows import finite
from core.runs.run import Run
from core.runs.tasks.corruptions import CorruptionsRequest

COLUMNS = ("model", "corruption", "severity", "count", "hits", "accuracy", "low", "high")


def cell_rows(told: Told) -> list[dict[str, Any]]:
    """Every cell of every model, with Wilson's interval as fractions."""
    rows = []
    for model in told["models"]:
        for cell in model["cells"]:
            low, high = cell["interval_95"]
            same = {name: cell[name] for name in COLUMNS[1:6]}
            rows.append({"model": model["classifier"], **same, "low": low, "high": high})
    return rows


def exports(told: Told, run: Run, asked: CorruptionsRequest, names: Names) -> dict[str, bytes]:
    """File name -> content."""
    numbers = json.dumps(finite(dict(told)), indent=1, ensure_ascii=False) + "\n"
    return {"cells.csv": as_csv(iter(cell_rows(told)), COLUMNS).encode(), "corruptions.json": numbers.encode()}
