"""What is written of a detection study: a report (HTML), pixels, scores and tests (CSV), the numbers (JSON)."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.base.run_folder import SCORES
from core.detection.reporting.pixel_words import READINGS
from core.detection.reporting.report import report
from core.detection.request import DetectionRequest
from core.robustness.exports import versions

COLUMNS = ("detector", "title", "learnt_from", "attack", "strength", "seen_attack", "seen_strength", "count", "fooled",
           "auc", "low", "high", "auc_fooled", "low_fooled", "high_fooled", "threshold", "detected", "false_alarms",
           "balanced_accuracy")  # fmt: skip
PIXEL_COLUMNS = ("reading", "class", "images", "count", "overlap", "places")


def files(told: Mapping[str, Any], asked: DetectionRequest, folder: Path) -> dict[str, bytes]:
    """File name -> content. told: what the stages told; folder: that of the run, which holds the scores."""
    facts = {"data": asked.data, f"weights of {asked.classifier}": str(told.get("weights", "")), **versions()}
    numbers = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    made = {"report.html": report(told, asked, facts).encode(), "study.json": numbers.encode()}
    if "pixels" in told:
        made["pixels.csv"] = pixels_csv(told["pixels"], told["attacks"]["sources"]["learning"]).encode()
    if "detectors" in told:
        made["detectors.csv"] = rows_csv(told["detectors"]["rows"], told["detectors"]["titles"]).encode()
        made["scores.csv"] = (folder / SCORES).read_bytes()
    return made


def rows_csv(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> str:
    """A row for each detector, way of learning, attack and strength; shares as fractions. titles: by detector."""
    return _csv(COLUMNS, (
        {**row, **{name: row[name]["share"] for name in ("detected", "false_alarms")},
         "title": titles[row["detector"]], "learnt_from": "+".join(row["learnt_from"])} for row in rows
    ))  # fmt: skip


def pixels_csv(told: Mapping[str, Any], learning: int) -> str:
    """The critical pixels of both readings: those of all `learning` images, where `class` is empty, and of each class.

    `overlap`: the Jaccard index with those of all; `places`: counted row by row from 0, with spaces between them.
    """
    rows: list[dict[str, Any]] = []
    for reading in READINGS:
        whole = {**told[reading], "images": learning, "overlap": 1.0}
        for name, found in {"": whole, **told[reading].get("per_class", {})}.items():
            places = " ".join(map(str, found["chosen"]))
            rows.append({**found, "reading": reading, "class": name, "places": places})
    return _csv(PIXEL_COLUMNS, rows)


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
