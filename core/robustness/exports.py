"""What is written of an evaluation: a report (HTML), a row for each image (CSV), the numbers (JSON)."""

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from core.robustness.report import report
from core.robustness.request import Evaluation
from core.robustness.tidy import as_csv, tidy_rows
from core.robustness.words import NO_NAMES

LIBRARIES = ("counterproof", "torch", "torchvision", "torchattacks")


def files(
    told: Mapping[str, Any], asked: Evaluation, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str] = NO_NAMES
) -> dict[str, bytes]:
    """File name -> content. told: the result of the task `evaluate`; rows: those of its run."""
    numbers = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    return {
        "report.html": report(told, asked, facts(told, asked), names).encode(),
        "images.csv": as_csv(tidy_rows(rows, asked, told.get("classes", ()))).encode(),
        "evaluation.json": numbers.encode(),
    }


def facts(told: Mapping[str, Any], asked: Evaluation) -> dict[str, str]:
    """What a reader needs to tell whether it is the same: data, weights, versions."""
    found = {"data": asked.data + (f", fingerprint {asked.data_fingerprint}" if asked.data_fingerprint else "")}
    for name, weights in zip(asked.classifiers, told.get("weights", []), strict=False):
        found[f"weights of {name}"] = str(weights)
    return found | versions()


def versions() -> dict[str, str]:
    """What it was computed with."""
    return {name: version(name) for name in LIBRARIES} | {"Python": platform.python_version()}
