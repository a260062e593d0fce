"""What is written of a detection study: a report (HTML), every score and every test (CSV), the numbers (JSON)."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.base.run_folder import SCORES
from core.detection.reporting.report import report
from core.detection.request import DetectionRequest
from core.robustness.exports import versions

COLUMNS = ("detector", "learnt_from", "attack", "strength", "seen_attack", "seen_strength", "count", "fooled", "auc",
           "low", "high", "auc_fooled", "low_fooled", "high_fooled", "threshold", "detected", "false_alarms",
           "balanced_accuracy")  # fmt: skip


def files(told: Mapping[str, Any], asked: DetectionRequest, folder: Path) -> dict[str, bytes]:
    """File name -> content. told: what the stages told; folder: that of the run, which holds the scores."""
    facts = {"data": asked.data, f"weights of {asked.classifier}": str(told.get("weights", "")), **versions()}
    numbers = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    made = {"report.html": report(told, asked, facts).encode(), "study.json": numbers.encode()}
    if "detectors" in told:
        made["detectors.csv"] = rows_csv(told["detectors"]["rows"]).encode()
        made["scores.csv"] = (folder / SCORES).read_bytes()
    return made


def rows_csv(rows: list[dict[str, Any]]) -> str:
    """A row for each detector, way of learning, attack and strength; shares as fractions."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        shares = {name: row[name]["share"] for name in ("detected", "false_alarms")}
        writer.writerow(row | shares | {"learnt_from": "+".join(row["learnt_from"])})
    return out.getvalue()
