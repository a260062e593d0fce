"""Pickers made from a catalogue, switches, numbers and text; each keeps its setting for the session."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

import streamlit as st

from app.ui.markdown import plain
from app.ui.state import force, keep, kept, prepare, remember, setting, shown

V = TypeVar("V", int, float)


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


def gone(name: str, known: Collection[str], what: str) -> None:
    """Say that what a link or an earlier run names is not here any more; the picker then falls back."""
    if (asked := setting(name, "")) and asked not in known:
        st.warning(f"The {what} ‘{plain(asked)}’ is not here any more. Choose another one.")


def segments(
    name: str, title: str, options: Mapping[str, str], default: str, help: str = "", hidden: bool = False
) -> str:
    """A row of buttons of which one is chosen; a choice that is no longer among them falls back to the default."""
    value = setting(name, default)
    value = value if value in options else default
    if shown(name) is not None and shown(name) not in options:
        force(name, value)
    key, first = prepare(name, value)
    chosen = st.segmented_control(
        title, list(options), default=first if first in options else value, key=key,
        format_func=lambda each: options[each], help=help or None,
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
    follow_default(name, default)
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


def follow_default(name: str, default: V) -> None:
    """Give a setting its new default, if it still has the old one."""
    last: V = kept(f"default:{name}", default)
    if last != default:
        keep(f"default:{name}", default)
        if setting(name, default) == last:
            force(name, default)
