"""Smallest changes as a kind of measurement: how far images lie from a wrong answer, the task `ara`."""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from app.distances.charts import shown
from app.distances.command import command
from app.distances.exports import exports
from app.distances.form import NORMS, PREFIX, ask
from app.distances.results import show_results
from app.measuring.kind import Kind, Rows, Told
from core.minimal_distance.image_batch import nearest, summary
from core.runs.tasks.ara import AraRequest

FRAGILE = 24  # images shown
DRAWS = 200  # of the intervals of areas while a run goes on; its result has them of many more


def about(asked: AraRequest) -> str:
    """What it would do."""
    count = len(asked.norms)
    ways = f"**{count} ways** to measure its size" if count > 1 else NORMS[asked.norms[0]]
    return f"Looks for the smallest change that turns each of **{asked.count:,} images**, by {ways}."


def read(arguments: Mapping[str, Any]) -> AraRequest:
    """What a run's arguments ask for; ValueError or TypeError for arguments of another form."""
    return AraRequest(**arguments)


def told(result: Told, rows: Rows, asked: AraRequest) -> Told | None:
    """The result, or what the rows tell so far, and "nearest": for each distance [(place, distance) ...]."""
    if not rows and not result.get("count"):
        return None
    found = result if result.get("count") else summary(rows, max(row.get("classes", 2) for row in rows), DRAWS)
    names = [name for norm in asked.norms for name in shown(norm)]
    if missing := [name for name in names if name not in found]:
        raise ValueError(f"these rows tell nothing of {', '.join(missing)}")
    return {**found, "nearest": {name: nearest(rows, name, FRAGILE) for name in names}}


NEAREST = Kind(
    key="distances", task="ara", prefix=PREFIX, title="Smallest changes", one="measurement", button="Measure",
    intro="How little is enough? For every image, attacks look for the smallest change that takes the right answer "
    "away. The area under the curve of right answers over the size of the change (ARA) tells accuracy and robustness "
    "in one number.",
    ask=ask, about=about, arguments=asdict, command=command, read=read, told=told, draw=show_results, files=exports,
    downloads=MappingProxyType({
        "images.csv": ("Images (CSV)", "One row for each image: whether it is right, and its smallest changes."),
        "distances.json": ("Numbers (JSON)", "Everything shown here and what was published, for other programs."),
    }),
)  # fmt: skip
