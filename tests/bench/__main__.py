"""`python -m tests.bench [NAME ...]`: runs the rows whose name matches, prints the table, keeps it as JSON."""

import argparse
import json
import os
import platform
import textwrap
import time
import warnings
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from tests.bench import (
    attack_speed,
    detection_signatures,
    gradient_maps,
    lime_speed,
    lime_stable,
    long_sessions,
    matrix_memory,
    matrix_speed,
    metric_speed,
    over_bare,
    page,
    parts_speed,
    refine_speed,
    scorpio_speed,
    sessions,
    side_by_side,
)
from tests.bench.timing import Row, Settings, median

MODULES = (
    lime_speed,
    lime_stable,
    gradient_maps,
    metric_speed,
    matrix_memory,
    matrix_speed,
    attack_speed,
    over_bare,
    page,
    refine_speed,
    scorpio_speed,
    sessions,
    long_sessions,
    side_by_side,
    detection_signatures,
    parts_speed,
)
LIBRARIES = ("torch", "torchvision", "numpy", "scikit-image", "scikit-learn", "lime", "shap", "captum", "torchcam")
ATTACKS = ("torchattacks", "foolbox")


def machine() -> dict[str, Any]:
    """What the figures were measured on, and with which versions."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "load_at_start": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in (*LIBRARIES, *ATTACKS)},
    }


def seconds(times: list[float]) -> str:
    """The median, with three digits."""
    middle = median(times)
    if middle is None:
        return "-"
    return f"{middle:.3g} s" if middle >= 1 else f"{1000 * middle:.3g} ms"


def table(rows: list[Row]) -> str:
    """The rows as aligned text, each with its note below."""
    head = ("row", "ours", "other", "compared with", "figure", "aim", "met", "n")
    cells = [
        (
            row.name, seconds(row.ours), seconds(row.theirs), row.other, f"{row.figure:.2f} {row.unit}",
            f"{row.sense} {row.aim:g}", "yes" if row.met else "NO", str(len(row.ours)),
        )
        for row in rows
    ]  # fmt: skip
    widths = [max(len(line[column]) for line in (head, *cells)) for column in range(len(head))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(head, widths, strict=True))]
    for cell, row in zip(cells, rows, strict=True):
        lines.append("  ".join(text.ljust(width) for text, width in zip(cell, widths, strict=True)).rstrip())
        lines += textwrap.wrap(row.note, sum(widths) + 8, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


def keep(path: Path, facts: dict[str, Any], rows: list[Row], quick: bool) -> None:
    """Write what is measured so far, so that a run cut short leaves its rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": facts, "quick": quick, "rows": [row.to_json() for row in rows]}, indent=1))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="run only rows whose name contains one of these")
    parser.add_argument("--quick", action="store_true", help="rehearse: few repeats and samples, figures mean nothing")
    parser.add_argument("--out", type=Path, default=Path("out/bench.json"), help="where to keep the JSON")
    asked = parser.parse_args()
    known = {name: rows for module in MODULES for name, rows in module.ROWS.items()}
    chosen = {
        name: rows for name, rows in known.items() if not asked.names or any(part in name for part in asked.names)
    }
    if not chosen:
        parser.error(f"no row of that name; there are {', '.join(known)}")
    warnings.simplefilter("ignore")
    facts, begun, rows = machine(), time.perf_counter(), []
    for name, make in chosen.items():
        started = time.perf_counter()
        rows += make(Settings(asked.quick))
        facts["minutes"] = round((time.perf_counter() - begun) / 60, 1)
        keep(asked.out, facts, rows, asked.quick)
        print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
    load = facts["load_at_start"]
    print(f"\n{facts['cpu']}, {facts['cores']} cores, {facts['threads']} threads, {facts['date']}, "
          f"{'' if load is None else f'load {load:.1f} at the start, '}"
          f"{facts['minutes']} minutes{', QUICK' if asked.quick else ''}")  # fmt: skip
    print(", ".join(f"{name} {number}" for name, number in facts["versions"].items()) + "\n")
    print(table(rows))


if __name__ == "__main__":
    main()
