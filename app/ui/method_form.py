"""Widgets made from a method's fields; each keeps its setting for the session."""

from collections.abc import Mapping, Sequence
from dataclasses import Field, fields
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

import streamlit as st

from app.ui.state import adopt, force, keep, prepare, remember, setting
from app.ui.widgets import follow_default, pick
from core.base.params import Method, from_unit, label, to_unit, unit_scale, with_todays_names
from core.contracts.attack import LARGEST_CHANGE

M = TypeVar("M", bound=Method)
V = TypeVar("V", int, float)

WIDE = 1000  # a range whose ends differ by more than this factor is typed, not slid
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
) -> dict[str, Any]:
    """A widget for each parameter of a method; returns their values, of all parameters, by name.

    only: draw just these; skip: draw all but these. What is not drawn keeps its setting or default. usual: defaults
    that differ from the method's own. typed: numbers are typed, not slid. disabled: shown, not to be changed.
    """
    values = {}
    for entry in fields(kind):
        drawn = entry.name in only if only else entry.name not in skip
        name = f"{prefix}.{entry.name}"
        if was := entry.metadata.get("was"):
            adopt(name, f"{prefix}.{was}")
        default = usual.get(entry.name, entry.default)
        values[entry.name] = parameter(entry, name, default, typed, disabled) if drawn else current(entry, name)
    return values


def current(entry: "Field[Any]", name: str) -> Any:
    """The setting of a parameter that is not drawn now, brought into its range."""
    default: Any = to_unit(entry, entry.default)
    return from_unit(entry, _inside(entry, setting(name, default)))


def _inside(entry: "Field[Any]", value: Any) -> Any:
    """A setting brought into its parameter's range, as it is shown."""
    facts = entry.metadata
    if facts.get("choices"):
        return value if value in facts["choices"] else entry.default
    if isinstance(value, int | float) and not isinstance(value, bool):
        if facts.get("low") is not None:
            value = max(value, type(value)(to_unit(entry, facts["low"])))
        if facts.get("high") is not None:
            value = min(value, type(value)(to_unit(entry, facts["high"])))
    return value


def parameter(entry: "Field[Any]", name: str, default: Any, typed: bool = False, disabled: bool = False) -> Any:
    """The widget of one parameter: a switch, a list of its choices, a slider, or a box to type in (if `typed`)."""
    facts = entry.metadata
    title, help = facts.get("title") or entry.name.replace("_", " "), facts.get("help") or None
    if isinstance(default, bool):
        key, switched = prepare(name, setting(name, default))
        chosen: Any = st.toggle(title, switched, key=key, help=help, disabled=disabled)
        remember(name, chosen)
        return chosen
    if facts.get("choices"):
        return pick(name, title, list(facts["choices"]), default, partial(label, entry), help or "", disabled)
    if isinstance(default, int):
        follow_default(name, default)
        key, whole = prepare(name, _inside(entry, setting(name, default)))
        chosen = _slide(title, int(facts["low"]), int(facts["high"]), whole, 1, key, help, "%d", typed, disabled)
        remember(name, chosen)
        return chosen
    first, low, high = (round(float(to_unit(entry, each)), 6) for each in (default, facts["low"], facts["high"]))
    follow_default(name, first)
    key, real = prepare(name, round(float(_inside(entry, setting(name, first))), 6))
    scaled = unit_scale(entry) != 1
    if scaled:
        title = f"{title}, of 255"
        help = f"{STRENGTH} {(help or '').removeprefix(LARGEST_CHANGE).lstrip('. ')}" if entry.name == "eps" else help
    step = facts.get("step") or (0.5 if scaled else _step(low, high, first))
    chosen = _slide(title, low, high, real, step, key, help, "%g", typed, disabled)
    remember(name, chosen)
    return default if scaled and chosen == first else from_unit(entry, chosen)


def _slide(
    title: str, low: V, high: V, value: V, step: V, key: str, help: str | None, format: str, typed: bool = False,
    disabled: bool = False,
) -> V:  # fmt: skip
    """A slider; where the ends of the range lie more than `WIDE` times apart, or if asked for, a box to type in."""
    widget = st.number_input if typed or _wide(low, high) else st.slider
    more: dict[str, Any] = {"step": step, "key": key, "help": help, "format": format, "disabled": disabled}
    chosen: V = widget(title, low, high, value, **more)  # type: ignore[operator]
    return chosen


def _wide(low: float, high: float) -> bool:
    return low > 0 and high / low > WIDE


def _step(low: float, high: float, default: float) -> float:
    """A step that divides the range into about a hundred; a tenth of the default where the range is wide."""
    if _wide(low, high):
        return default / 10
    for step in (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0):
        if (high - low) / step <= 200:
            return step
    return (high - low) / 100
