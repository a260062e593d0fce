"""What is taken along of a search for the smallest changes: a row an image (CSV), the numbers (JSON)."""

import json
from dataclasses import asdict
from typing import Any

from app.measuring.kind import Names, Rows, Told
from core.minimal_distance.image_batch import AIMS, BOXED
from core.minimal_distance.published import woods_2019
from core.robustness.tidy import as_csv
from core.runs.rows import finite
from core.runs.run import Run
from core.runs.tasks.ara import AraRequest


def image_rows(rows: Rows) -> list[dict[str, Any]]:
    """Every image by its place in the data: whether it is right as it is, and its distances; None: none was found."""
    return [
        {"image": place, "right": row["right"][number]}
        | {name: row[name]["distance"][number] for name in (*AIMS, *BOXED) if name in row}
        for row in rows
        for number, place in enumerate(row["images"])
    ]


def exports(told: Told, run: Run, asked: AraRequest, names: Names) -> dict[str, bytes]:
    """File name -> content."""
    images = image_rows(run.metrics)
    whole = {"measured": finite(dict(told)), "published": asdict(woods_2019())}
    numbers = json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
    columns = list(images[0]) if images else ["image"]
    return {"images.csv": as_csv(iter(images), columns).encode(), "distances.json": numbers.encode()}
