"""Checks against masked gradients as a kind of measurement, the task `masking`."""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from app.masking.command import command
from app.masking.exports import exports
from app.masking.form import PREFIX, ask
from app.masking.results import show_results
from app.measuring.kind import Kind, Rows, Told
from core.gradient_masking.checklist import CHECKS, summary
from core.runs.tasks.masking import MaskingRequest


def about(asked: MaskingRequest) -> str:
    """What it would do."""
    return f"Carries out **{len(CHECKS)} checks** on {asked.count:,} images: minutes for a small network on a CPU."


def read(arguments: Mapping[str, Any]) -> MaskingRequest:
    """What a run's arguments ask for; ValueError or TypeError for arguments of another form."""
    return MaskingRequest(**arguments)


def told(result: Told, rows: Rows, asked: MaskingRequest) -> Told | None:
    """The result, or the checks that are through."""
    if result.get("checks"):
        return result
    return summary(rows) if rows else None


CHECKED = Kind(
    key="masking", task="masking", prefix=PREFIX, title="Is it masking?", one="list of checks", button="Check",
    intro="Does a model withstand attacks, or do they only fail to find what is there? Gradients that vanish, that are "
    "shattered or that change with every look mislead attacks that follow them, and make a fragile model look robust.",
    ask=ask, about=about, arguments=asdict, command=command, read=read, told=told, draw=show_results, files=exports,
    downloads=MappingProxyType({"checks.json": ("Numbers (JSON)", "Every value that was measured.")}),
)  # fmt: skip
