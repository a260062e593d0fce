"""Widgets made from a method's fields; each keeps its setting for the session."""

from collections.abc import Mapping, Sequence
from dataclasses import Field, fields
from types import MappingProxyType
from typing import Any, TypeVar

from app.ui.state import adopt, force, keep
from app.ui.widgets import Control, ask, unasked, wide
from core.base.params import Method, with_todays_names
from core.base.units import from_unit, to_unit, unit_scale
from core.contracts.strength import LARGEST_CHANGE

M = TypeVar("M", bound=Method)

STRENGTH = (
    "Each colour of a pixel runs from 0 to 255; 8 means that none changes by more than 8 steps, which an eye rarely "
    "sees. (L-infinity norm)"
)  # what LARGEST_CHANGE is, said in full


def put(kind: type[Method], prefix: str, given: Mapping[str, Any]) -> None:
    """Make `given`, a method's parameters in their JSON form, its settings; those left out get their defaults."""
    given = with_todays_names(kind, given)
    for entry in fields(kind):
        value = given.get(entry.name, entry.default)
        if isinstance(entry.default, float) and isinstance(value, int | float):
            value = to_unit(entry, float(value))
        force(f"{prefix}.{entry.name}", value)
        keep(f"default:{prefix}.{entry.name}", None)  # chosen, even where it is what another model's default was


def tune(
    kind: type[M],
    prefix: str,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    usual: Mapping[str, float] = MappingProxyType({}),
    typed: bool = False,
    disabled: bool = False,
    live: bool = True,
) -> dict[str, Any]:
    """A widget for each parameter of a method; returns their values, of all parameters, by name.

    only: draw just these; skip: draw all but these. What is not drawn keeps its setting or default. usual: defaults
    that differ from the method's own. typed: numbers are typed, not slid. disabled: shown, not to be changed.
    live: the page follows a slider at once, else only when something else is pressed.
    """
    values = {}
    for entry in fields(kind):
        name = f"{prefix}.{entry.name}"
        if was := entry.metadata.get("was"):
            adopt(name, f"{prefix}.{was}")
        drawn = entry.name in only if only else entry.name not in skip
        default = usual.get(entry.name, entry.default) if drawn else entry.default
        control = control_of(entry, default)
        chosen = ask(name, control, typed, disabled, live) if drawn else unasked(name, control)
        values[entry.name] = default if chosen == control.default else from_unit(entry, chosen)
    return values


def control_of(entry: "Field[Any]", default: Any) -> Control:
    """How a parameter is asked for, in the unit in which it is shown."""
    facts = entry.metadata
    title, help = facts.get("title") or entry.name.replace("_", " "), facts.get("help") or ""
    if isinstance(default, bool | str):
        return Control(title, help, default, choices=facts.get("choices") or {})
    if isinstance(default, int):
        return Control(title, help, default, int(facts["low"]), int(facts["high"]), 1)
    first, low, high = (round(float(to_unit(entry, each)), 6) for each in (default, facts["low"], facts["high"]))
    scaled = unit_scale(entry) != 1
    if scaled:
        title = f"{title}, of 255"
        help = f"{STRENGTH} {help.removeprefix(LARGEST_CHANGE).lstrip('. ')}" if entry.name == "eps" else help
    return Control(title, help, first, low, high, facts.get("step") or (0.5 if scaled else _step(low, high, first)))


def _step(low: float, high: float, default: float) -> float:
    """A step that divides the range into about a hundred; a tenth of the default where the range is wide."""
    if wide(low, high):
        return default / 10
    for step in (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0):
        if (high - low) / step <= 200:
            return step
    return (high - low) / 100
