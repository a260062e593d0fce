"""A case in the address bar: what differs from the defaults, and whether it was run."""

import math
from dataclasses import fields
from typing import Any

from app.ui.state import keep, kept, setting, write_link
from core.base.params import Method
from core.base.units import to_unit
from core.study.case import Case
from core.study.words import strength

BUTTON = "Attack and explain"


def asks(case: Case) -> str:
    """What to do to begin; of a link that shows a case that was run, also what it asks for."""
    if setting("go", 0) != 1:
        return f"Press ‘{BUTTON}’ to change this picture and see where the model looked before and after."
    bound = getattr(case.attack, "bound", None)
    limit = f" of up to {strength(bound, case.attack.norm)}" if bound is not None and bound < math.inf else ""
    maps = ", ".join(explainer.title for explainer in case.explainers)
    drawn = f"; then the maps {maps}, each with {case.controls} draws of its controls" if maps else ""
    return f"This link asks for the attack {case.attack.title}{limit}{drawn}. Nothing runs yet: press ‘{BUTTON}’."


def begin_there() -> None:
    """Have Inspect begin with what is set when it is drawn next: another page's button was pressed for that."""
    keep("begin", True)


def take_begin() -> bool:
    """Whether another page's button asked Inspect to begin; told once."""
    asked: bool = kept("begin", False)
    keep("begin", False)
    return asked


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
