"""Common corruptions as a kind of measurement: models x corruptions x severities, the task `corruptions`."""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from app.corruptions.command import command
from app.corruptions.exports import exports
from app.corruptions.form import PREFIX, ask
from app.corruptions.results import show_results
from app.measuring.kind import Kind, Rows, Told
from core.catalog import CORRUPTIONS
from core.contracts.corruption import SEVERITIES
from core.evaluation.corruption_summary import so_far
from core.runs.tasks.corruptions import CorruptionsRequest


def about(asked: CorruptionsRequest) -> str:
    """What it would measure."""
    several = f"{len(asked.classifiers)} models" if len(asked.classifiers) > 1 else "1 model"
    looks = len(asked.classifiers) * asked.count * (1 + len(CORRUPTIONS) * len(SEVERITIES))
    return (
        f"Measures **{several}** on {asked.count:,} images as they are and under **{len(CORRUPTIONS)} corruptions** at "
        f"{len(SEVERITIES)} severities: at most {looks:,} pictures are looked at."
    )


def read(arguments: Mapping[str, Any]) -> CorruptionsRequest:
    """What a run's arguments ask for; ValueError or TypeError for arguments of another form."""
    return CorruptionsRequest(**arguments)


def told(result: Told, rows: Rows, asked: CorruptionsRequest) -> Told | None:
    """The result, or what the rows tell so far."""
    return result if result.get("models") else so_far(rows, asked.classifiers)


CORRUPTED = Kind(
    key="corruptions", task="corruptions", prefix=PREFIX, title="Common corruptions", one="measurement",
    button="Measure",
    intro="How much do models lose to bad pictures? Noise, blur, weather and storage spoil pictures without any aim at "
    "a model: 15 corruptions, each from slight (severity 1) to strong (5). What holds against these need not hold "
    "against attacks, nor the other way round.",
    ask=ask, about=about, arguments=asdict, command=command, read=read, told=told, draw=show_results, files=exports,
    downloads=MappingProxyType({
        "cells.csv": ("Cells (CSV)", "One row for each model, corruption and severity."),
        "corruptions.json": ("Numbers (JSON)", "Everything shown here, for other programs."),
    }),
)  # fmt: skip
