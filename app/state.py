"""The only reader and writer of st.session_state and of the link: settings by name, kept for the session.

A setting lives three times: as the widget's own state (lost on a page switch), here (kept), and in the link (shared).
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T", str, int, float, bool)

SETTINGS = "settings"
NOTES = "notes"


def settings() -> dict[str, Any]:
    """All settings of this session; at its first run, those in the link."""
    if SETTINGS not in st.session_state:
        st.session_state[SETTINGS] = dict(st.query_params.items())
    kept: dict[str, Any] = st.session_state[SETTINGS]
    return kept


def setting(name: str, default: T) -> T:
    """A setting, as the type of its default; the default if the link holds something unreadable."""
    value = settings().get(name, default)
    if isinstance(value, type(default)):
        return value
    try:
        if isinstance(default, bool):
            return type(default)(str(value) in ("1", "True", "true"))
        return type(default)(value)
    except (TypeError, ValueError):
        return default


def remember(name: str, value: Any) -> None:
    """Keep a setting for the session."""
    settings()[name] = value


def force(name: str, value: Any) -> None:
    """Change a setting from code, also in the widget that shows it; before that widget is drawn."""
    remember(name, value)
    st.session_state.pop(widget(name), None)


def widget(name: str) -> str:
    """The widget key of a setting."""
    return f"widget:{name}"


def prepare(name: str, value: Any) -> str:
    """The key for the widget of a setting, holding `value` unless the widget has its own already."""
    key = widget(name)
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def write_link(values: Mapping[str, Any]) -> None:
    """Put these settings into the address bar, so that the link reopens them."""
    wanted = {name: str(value) for name, value in values.items() if value not in ("", None)}
    if dict(st.query_params.items()) != wanted:
        st.query_params.from_dict(wanted)


def kept(name: str, default: Any) -> Any:
    """Anything else to keep for the session (uploads, the case that is shown); made from the default at first."""
    return st.session_state.setdefault(f"kept:{name}", default)


def keep(name: str, value: Any) -> None:
    st.session_state[f"kept:{name}"] = value
