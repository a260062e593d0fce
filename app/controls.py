"""Widgets made from a method's fields and pickers made from a catalogue; each keeps its setting for the session."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, fields
from types import MappingProxyType
from typing import Any, TypeVar

import streamlit as st

from app.choices import word
from app.state import force, keep, kept, prepare, remember, setting, shown
from core.params import Method

M = TypeVar("M", bound=Method)
V = TypeVar("V", int, float)

WIDE = 1000  # a range whose ends differ by more than this factor is typed, not slid
STRENGTH = (
    "Each colour of a pixel runs from 0 to 255; 8 means that none changes by more than 8 steps, which an eye rarely "
    "sees. (L-infinity norm)"
)
PLAIN_STRENGTH = "Largest change of a pixel"  # the help that STRENGTH says in full


def pick(
    name: str, title: str, options: Sequence[str], default: str, words: Callable[[str], str], help: str = "",
    disabled: bool = False,
) -> str:  # fmt: skip
    """A drop-down list; an unknown value, from an old link say, falls back to the default."""
    value = setting(name, default)
    if value not in options:
        value = default if default in options else options[0]
    if shown(name) is not None and shown(name) not in options:
        force(name, value)
    key, first = prepare(name, value)
    index = list(options).index(first) if first in options else 0
    chosen: str = st.selectbox(title, list(options), index, key=key, format_func=words, help=help or None,
                               disabled=disabled)  # fmt: skip
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


def choose(name: str, title: str, options: Mapping[str, str], default: str, help: str = "") -> str:
    """A list of which one is chosen, all of it in sight."""
    value = setting(name, default)
    key, first = prepare(name, value if value in options else default)
    index = list(options).index(first)
    chosen: str = st.radio(title, list(options), index, key=key, format_func=lambda each: options[each],
                           help=help or None, horizontal=True)  # fmt: skip
    remember(name, chosen)
    return chosen


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
    """A whole number to type; one left at its default follows the default when that changes."""
    _follow(name, default)
    key, first = prepare(name, min(max(setting(name, default), low), high))
    chosen = int(st.number_input(title, low, high, first, key=key, step=1, help=help or None))
    remember(name, chosen)
    return chosen


def text(name: str, title: str, help: str = "", longest: int = 80) -> str:
    """A line to type in."""
    key, first = prepare(name, setting(name, "")[:longest])
    chosen: str = st.text_input(title, first, max_chars=longest, key=key, help=help or None).strip()
    remember(name, chosen)
    return chosen


def _follow(name: str, default: V) -> None:
    """Give a setting its new default, if it still has the old one."""
    last: V = kept(f"default:{name}", default)
    if last != default:
        keep(f"default:{name}", default)
        if setting(name, default) == last:
            force(name, default)


def put(kind: type[Method], prefix: str, given: Mapping[str, Any]) -> None:
    """Make `given`, a method's parameters in their JSON form, its settings; those left out get their defaults."""
    for entry in fields(kind):
        value = given.get(entry.name, entry.default)
        if isinstance(entry.default, float) and isinstance(value, int | float):
            value = round(255 * value, 6) if entry.metadata.get("unit") == "/255" else float(value)
        force(f"{prefix}.{entry.name}", value)


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
        default = usual.get(entry.name, entry.default)
        values[entry.name] = parameter(entry, name, default, typed, disabled) if drawn else current(entry, name)
    return values


def current(entry: "Field[Any]", name: str) -> Any:
    """The setting of a parameter that is not drawn now, brought into its range."""
    scale = 255 if entry.metadata.get("unit") == "/255" else 1
    default: Any = entry.default
    value = setting(name, default * scale if scale != 1 else default)
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
        return pick(name, title, [str(each) for each in facts["choices"]], str(default), word, help or "", disabled)
    if isinstance(default, int):
        _follow(name, default)
        key, whole = prepare(name, _inside(entry, setting(name, default), 1))
        chosen = _slide(title, int(facts["low"]), int(facts["high"]), whole, 1, key, help, "%d", typed, disabled)
        remember(name, chosen)
        return chosen
    scale = 255 if facts.get("unit") == "/255" else 1
    first = round(float(default * scale), 6)
    _follow(name, first)
    low, high = round(float(facts["low"] * scale), 6), round(float(facts["high"] * scale), 6)
    key, real = prepare(name, round(float(_inside(entry, setting(name, first), scale)), 6))
    if scale == 255:
        title = f"{title}, of 255"
        help = f"{STRENGTH} {(help or '').removeprefix(PLAIN_STRENGTH).lstrip('. ')}" if entry.name == "eps" else help
    step = facts.get("step") or (0.5 if scale == 255 else _step(low, high, first))
    chosen = _slide(title, low, high, real, step, key, help, "%g", typed, disabled)
    remember(name, chosen)
    if scale != 1:
        return default if chosen == first else chosen / scale  # a default such as 0.007 stays just that
    return chosen


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
