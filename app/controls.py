"""Widgets made from a method's fields and pickers made from a catalogue; each keeps its setting for the session."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, fields
from typing import Any, TypeVar

import streamlit as st

from app.state import force, prepare, remember, setting, shown
from core.params import Method

M = TypeVar("M", bound=Method)


def pick(
    name: str, title: str, options: Sequence[str], default: str, words: Callable[[str], str], help: str = ""
) -> str:
    """A drop-down list; an unknown value, from an old link say, falls back to the default."""
    value = setting(name, default)
    if value not in options:
        value = default if default in options else options[0]
    if shown(name) is not None and shown(name) not in options:
        force(name, value)
    key, first = prepare(name, value)
    index = list(options).index(first) if first in options else 0
    chosen: str = st.selectbox(title, list(options), index, key=key, format_func=words, help=help or None)
    remember(name, chosen)
    return chosen


def segments(
    name: str, title: str, options: Mapping[str, str], default: str, help: str = "", hidden: bool = False
) -> str:
    """A row of buttons of which one is chosen."""
    value = setting(name, default)
    key, first = prepare(name, value if value in options else default)
    chosen = st.segmented_control(
        title, list(options), default=first, key=key, format_func=lambda each: options[each], help=help or None,
        required=True, wrap=True, label_visibility="collapsed" if hidden else "visible",
    )  # fmt: skip
    remember(name, chosen or default)
    return chosen or default


def several(name: str, title: str, options: Mapping[str, str], default: Sequence[str], help: str = "") -> list[str]:
    """Any number of choices; kept as one comma-separated setting."""
    key, first = prepare(name, [each for each in setting(name, ",".join(default)).split(",") if each in options])
    chosen: list[str] = st.pills(
        title, list(options), default=first, key=key, format_func=lambda each: options[each],
        selection_mode="multi", wrap=True, help=help or None,
    )  # fmt: skip
    ordered = [each for each in options if each in chosen]
    remember(name, ",".join(ordered) or "none")
    return ordered


def number(name: str, title: str, default: int, low: int, high: int, help: str = "") -> int:
    """A whole number to type."""
    key, first = prepare(name, min(max(setting(name, default), low), high))
    chosen = int(st.number_input(title, low, high, first, key=key, step=1, help=help or None))
    remember(name, chosen)
    return chosen


def tune(kind: type[M], prefix: str, only: Sequence[str] = (), skip: Sequence[str] = ()) -> dict[str, Any]:
    """A widget for each parameter of a method; returns their values, of all parameters, by name.

    only: draw just these; skip: draw all but these. What is not drawn keeps its setting or default.
    """
    values = {}
    for entry in fields(kind):
        drawn = entry.name in only if only else entry.name not in skip
        values[entry.name] = parameter(entry, f"{prefix}.{entry.name}") if drawn else current(entry, prefix)
    return values


def current(entry: "Field[Any]", prefix: str) -> Any:
    """The setting of a parameter that is not drawn now, brought into its range."""
    scale = 255 if entry.metadata.get("unit") == "/255" else 1
    value = setting(f"{prefix}.{entry.name}", entry.default * scale if scale != 1 else entry.default)
    return _inside(entry, value, scale) / scale if scale != 1 else _inside(entry, value, scale)


def _inside(entry: "Field[Any]", value: Any, scale: float) -> Any:
    facts = entry.metadata
    if facts.get("choices"):
        return value if value in facts["choices"] else entry.default
    if isinstance(value, int | float) and not isinstance(value, bool):
        if facts.get("low") is not None:
            value = max(value, type(value)(facts["low"] * scale))
        if facts.get("high") is not None:
            value = min(value, type(value)(facts["high"] * scale))
    return value


def parameter(entry: "Field[Any]", name: str) -> Any:
    """The widget of one parameter: a slider over its range, a list of its choices, or a switch."""
    facts = entry.metadata
    title, help = facts.get("title") or entry.name.replace("_", " "), facts.get("help") or None
    scale = 255 if facts.get("unit") == "/255" else 1
    default = entry.default
    if isinstance(default, bool):
        key, switched = prepare(name, setting(name, default))
        chosen: Any = st.toggle(title, switched, key=key, help=help)
    elif facts.get("choices"):
        return pick(name, title, [str(each) for each in facts["choices"]], str(default), str, help or "")
    elif isinstance(default, int):
        key, whole = prepare(name, _inside(entry, setting(name, default), 1))
        chosen = st.slider(title, int(facts["low"]), int(facts["high"]), whole, key=key, help=help)
    else:
        named = title if scale == 1 else f"{title} (out of 255)"
        low, high = round(float(facts["low"] * scale), 6), round(float(facts["high"] * scale), 6)
        key, real = prepare(name, round(float(_inside(entry, setting(name, float(default * scale)), scale)), 6))
        step = facts.get("step") or (0.5 if scale == 255 else _step(low, high))
        chosen = st.slider(named, low, high, real, step=step, key=key, help=help)
    remember(name, chosen)
    return chosen / scale if scale != 1 else chosen


def _step(low: float, high: float) -> float:
    """A slider step that divides the range into about a hundred."""
    for step in (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0):
        if (high - low) / step <= 200:
            return step
    return (high - low) / 100
