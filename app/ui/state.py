"""The only reader and writer of st.session_state and of the link: settings by name, kept for the session.

A setting lives three times: as the widget's own state (lost on a page switch), here (kept), and in the link (shared).
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import streamlit as st

T = TypeVar("T")

SETTINGS = "settings"


def settings() -> dict[str, Any]:
    """All settings of this session; at its first run, those in the link."""
    if SETTINGS not in st.session_state:
        st.session_state[SETTINGS] = dict(st.query_params.items())
        keep("linked", set(st.session_state[SETTINGS]))
        keep("by link", bool(st.session_state[SETTINGS]))
    found: dict[str, Any] = st.session_state[SETTINGS]
    return found


def follow_link(address: str) -> None:
    """Take the settings from the address ("?name=value&...") that the browser went back or forward to."""
    wanted = dict(parse_qsl(address.removeprefix("?"), keep_blank_values=True))
    for name in {*wanted, *kept("link", {})}:
        force(name, wanted[name]) if name in wanted else drop(name)
    drop("set")  # the gallery's tab follows the picture
    kept("linked", set()).update(wanted)
    st.query_params.from_dict(wanted)


def drop(name: str) -> None:
    """Forget a setting, so that its default holds again."""
    force(name, None)
    settings().pop(name, None)


def setting(name: str, default: T) -> T:
    """A setting, as the type of its default; the default if the link holds something unreadable."""
    value = settings().get(name, default)
    if isinstance(value, type(default)):
        return value
    kind: Any = type(default)
    try:
        made: Any = str(value) in ("1", "True", "true") if kind is bool else kind(value)
        return default if isinstance(made, float) and not math.isfinite(made) else made
    except (TypeError, ValueError):
        return default


def adopt(name: str, earlier: str) -> None:
    """Move what a link or the session still has under an earlier name to today's."""
    if earlier in settings():
        was = linked(earlier)
        force(name, settings()[earlier])
        drop(earlier)
        if was:
            kept("linked", set()).add(name)


def by_link() -> bool:
    """Whether this session began with a link that holds settings."""
    settings()
    return bool(kept("by link", False))


def linked(name: str) -> bool:
    """Whether a setting is what a link says and nothing here has used or changed it yet."""
    return name in settings() and name in kept("linked", set())


def remember(name: str, value: Any) -> None:
    """Keep a setting for the session."""
    settings()[name] = value
    kept("linked", set()).discard(name)


def force(name: str, value: Any) -> None:
    """Change a setting from code; the widget that shows it is made anew, with this value."""
    remember(name, value)
    versions = kept("versions", {})
    versions[name] = versions.get(name, 0) + 1


def widget(name: str) -> str:
    """The widget key of a setting."""
    version = kept("versions", {}).get(name, 0)
    return f"widget:{name}" + (f":{version}" if version else "")


def prepare(name: str, value: T) -> tuple[str, T]:
    """The key and the initial value of a setting's widget: `value` when the widget is new, else what it was then.

    The initial value is handed to the widget itself, never through the session: a value set there reaches the browser
    in one message only, which a second run that follows at once can overtake.
    """
    key, initial = widget(name), kept("initial", {})
    if key not in st.session_state or key not in initial:
        initial[key] = value
    found: T = initial[key]
    return key, found


def held(name: str, default: T, fitted: Callable[[T], T]) -> tuple[str, T]:
    """The key and the initial value of a setting's widget; one left at its default follows when the default changes.

    fitted: brings the setting to what can be chosen.
    """
    last: T = kept(f"default:{name}", default)
    if last != default:
        keep(f"default:{name}", default)
        if setting(name, default) == last:
            force(name, default)
    return prepare(name, fitted(setting(name, default)))


def shown(name: str) -> Any:
    """What the widget of a setting holds now; None before it is drawn."""
    return st.session_state.get(widget(name))


def write_link(values: Mapping[str, Any]) -> None:
    """Put these settings into the address bar, so that the link reopens them."""
    wanted = {name: str(value) for name, value in values.items() if value not in ("", None)}
    keep("link", wanted)
    if dict(st.query_params.items()) != wanted:
        st.query_params.from_dict(wanted)


def kept(name: str, default: Any) -> Any:
    """Anything else to keep for the session (uploads, the case that is shown); made from the default at first."""
    return st.session_state.setdefault(f"kept:{name}", default)


def keep(name: str, value: Any) -> None:
    st.session_state[f"kept:{name}"] = value
