"""What many images would take, computed from what a completed run has measured of few: time, parts and disk."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.base import cores
from core.base.run_folder import METRICS, PARTS
from core.runs import rows
from core.runs.files import read_rows
from core.runs.parts.folders import part_folders
from core.runs.run import Run

Cost = tuple[str, int, float]  # what was done to so many images, and the seconds it took
Result = Mapping[str, Any]


def _evaluated(row: Mapping[str, Any], result: Result, asked: Mapping[str, Any]) -> list[Cost]:
    if row["attack"] < 0:
        return []
    title = result["models"][row["model"]]["attacks"][row["attack"]]["title"]
    return [(f"{title} on {asked['classifiers'][row['model']]}", len(row["fell"]), row["seconds"])]


COSTS: Mapping[str, Callable[[Mapping[str, Any], Result, Mapping[str, Any]], list[Cost]]] = {  # of one row
    "evaluate": _evaluated,
    "explainers": lambda row, *_: [(row["explainer"], len(row["images"]), row["seconds"])] if "seconds" in row else [],
    "batch": lambda row, *_: [("the study of a picture", 1, row["seconds"])],
    "ara": lambda row, *_: [("smallest changes", len(row["images"]), row["seconds"])],
    "detect": lambda row, *_: [(name, row["images"], took) for name, took in row.get("took", {}).items()],
}


@dataclass(frozen=True)
class Measured:
    """What a completed run has measured: seconds for each of its images by what was done to them, `each`; bytes for
    each image; `start`: seconds that a job (a part, or the run) took beside that, None where it was broken off;
    `end`: those from the end of the last part to the end of the run. `said`: whether its threads were asked for.
    """

    task: str
    images: int
    each: Mapping[str, float]
    threads: int
    said: bool
    row_bytes: float
    file_bytes: float
    start: float | None
    end: float | None
    jobs: int

    @property
    def seconds(self) -> float:
        return sum(self.each.values())


def measured(run: Run) -> Measured:
    """What `run` has measured; ValueError in one sentence if it has not completed, or its rows tell no times."""
    task, result, spec = str(run.spec.get("task")), run.result(), run.spec
    if run.status.state != "completed" or result is None:
        raise ValueError(f"run {run.id} has not completed: there is nothing to compute from")
    if task not in COSTS:
        raise ValueError(f"the rows of {task} tell no times; those of {', '.join(sorted(COSTS))} do")
    parts = [Run(folder) for folder in part_folders(run.folder).values()]
    sources = parts if task == "detect" else [run]
    found: dict[str, tuple[int, float]] = {}
    try:
        for row in (row for each in sources for row in read_rows(each.folder / METRICS)):
            for name, images, seconds in COSTS[task](row, result, spec.get("arguments", {})):
                known = found.get(name, (0, 0.0))
                found[name] = known[0] + images, known[1] + seconds
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError(f"the rows of run {run.id} tell no times, or are damaged") from error
    if not found or not all(images for images, _ in found.values()):
        hint = ", unless it is in parts" if task == "detect" else ""
        raise ValueError(f"the rows of run {run.id} tell no times{hint}")
    images = max(count for count, _ in found.values())
    jobs = parts or [run]
    work = sum(seconds for _, seconds in found.values())
    return Measured(
        task, images, {name: seconds / count for name, (count, seconds) in found.items()},
        spec.get("threads") or cores.usual(), bool(spec.get("threads")), (run.folder / METRICS).stat().st_size / images,
        _bytes(run.folder) / images, _start(jobs, work), _end(run, parts), len(jobs),
    )  # fmt: skip


def _start(jobs: Sequence[Run], work: float) -> float | None:
    """The mean of what jobs took beside their work: loading, choosing images, writing; an undivided run's summary."""
    statuses = [each.status for each in jobs]
    if any(each.attempt > 1 or each.started is None or each.ended is None for each in statuses):
        return None
    whole = sum((each.ended or 0) - (each.started or 0) for each in statuses)
    return max(0.0, whole - work) / len(jobs)


def _end(run: Run, parts: Sequence[Run]) -> float | None:
    ended, last = run.status.ended, [each.status.ended for each in parts]
    return max(0.0, ended - max(filter(None, last))) if ended and any(last) and run.status.attempt == 1 else None


def _bytes(folder: Path) -> int:
    """Of the files that a run keeps for its images, beside its rows and its parts."""
    found = (path for place in folder.iterdir() if place.is_dir() and place.name != PARTS for path in place.rglob("*"))
    return sum(path.stat().st_size for path in found if path.is_file())


@dataclass(frozen=True)
class Plan:
    """For `images`, in `parts` of at most `hours` of work each, `workers` of them at once; hours, and bytes."""

    images: int
    parts: int
    core_hours: float
    start_core_hours: float
    elapsed: float
    disk: float
    too_many: bool  # bytes of rows, for one run to be summed up


def plan(known: Measured, images: int, hours: float, workers: int) -> Plan:
    """ValueError in one sentence for numbers that make no plan.

    >>> known = Measured("ara", 10, {"a": 0.5, "b": 0.4}, 2, True, 100.0, 0.0, 10.0, None, 1)
    >>> made = plan(known, 1_000_000, 1.0, 50)
    >>> made.parts, made.core_hours, round(made.start_core_hours, 2), round(made.elapsed, 2), made.disk
    (250, 500.0, 1.39, 5.01, 200000000.0)
    """
    if images < 1 or workers < 1 or not hours > 0:
        raise ValueError("expected at least one image, one worker and more than no time")
    work = images * known.seconds / 3600
    parts = max(1, math.ceil(work / hours))
    each = work / parts + (known.start or 0.0) / 3600
    size = images * known.row_bytes
    return Plan(
        images, parts, work * known.threads, parts * (known.start or 0.0) * known.threads / 3600,
        math.ceil(parts / workers) * each, 2 * size + images * known.file_bytes,
        size > rows.LARGEST,
    )  # fmt: skip
