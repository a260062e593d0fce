"""A case in the address bar: what differs from the defaults, and whether it was run."""

from dataclasses import fields
from typing import Any

from app.ui.state import write_link
from core.base.params import Method
from core.base.units import to_unit
from core.study.case import Case


def link(case: Case, device: str, ran: bool) -> None:
    """Put the case into the address: what differs from the defaults, and whether it was run."""
    values: dict[str, Any] = {
        "image": case.image,
        "model": case.classifier,
        "attack": case.attack.key,
        "target": "any" if case.target is None else case.target,
        "maps": ",".join(explainer.key for explainer in case.explainers) or "none",
        "explained": case.explained,
        "controls": case.controls,
        "seed": case.seed,
    }
    for method in (case.attack, *case.explainers):
        values |= parameters(method)
    if device != "cpu":
        values["device"] = device
    if ran:
        values["go"] = 1
    write_link(values)


def parameters(method: Method) -> dict[str, Any]:
    """The settings of a method's parameters, by name: those that differ from their defaults, and the strength."""
    values: dict[str, Any] = {}
    for entry in fields(method):
        value = getattr(method, entry.name)
        if value != entry.default or entry.name == "eps":
            values[f"{method.key}.{entry.name}"] = to_unit(entry, value)
    return values
