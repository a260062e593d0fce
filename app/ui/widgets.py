"""Lists, switches, numbers and text to choose or type; each keeps its setting for the session."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from app.ui.link_notes import check_number, replaced
from app.ui.state import force, held, prepare, remember, setting, shown

WIDE = 1000  # a range whose ends differ by more than this factor is typed, not slid


@dataclass(frozen=True)
class Control:
    """How a value is asked for: a switch (default True or False), a list (`choices`: value -> words), or a number."""

    title: str
    help: str
    default: Any
    low: Any = None
    high: Any = None
    step: Any = None
    choices: Mapping[str, str] = field(default_factory=dict)

    def fitted(self, value: Any) -> Any:
        """A setting brought to what can be chosen here."""
        if self.choices:
            return value if value in self.choices else self.default
        if self.low is None:
            return value
        kept = min(max(value, self.low), self.high)
        return round(float(kept), 6) if isinstance(self.default, float) else kept


def ask(name: str, control: Control, typed: bool = False, disabled: bool = False, live: bool = True) -> Any:
    """Draw it; a number is slid, or typed if asked for or where the ends of its range lie far apart.

    live: the page runs again as soon as a slider has moved; if not, its value comes with whatever is pressed next.
    """
    if control.choices:
        words = control.choices.__getitem__
        return pick(name, control.title, list(control.choices), control.default, words, control.help, disabled)
    check_number(name, control.title, control.default, control.fitted)
    key, value = held(name, control.default, control.fitted)
    more: dict[str, Any] = {"key": key, "help": control.help or None, "disabled": disabled}
    if isinstance(control.default, bool):
        chosen: Any = st.toggle(control.title, value, **more)
    else:
        slid = not (typed or wide(control.low, control.high))
        widget: Any = st.slider if slid else st.number_input
        if slid and not live:
            more["on_change"] = "ignore"
        form = "%d" if isinstance(control.default, int) else "%g"
        chosen = widget(control.title, control.low, control.high, value, step=control.step, format=form, **more)
    remember(name, chosen)
    return chosen


def unasked(name: str, control: Control) -> Any:
    """The setting of a value that is not drawn now."""
    return control.fitted(setting(name, control.default))


def wide(low: float, high: float) -> bool:
    """Whether a range is too wide to slide through."""
    return low > 0 and high / low > WIDE


def _known(name: str, title: str, options: Sequence[str], default: str, words: Callable[[str], str]) -> str:
    """The setting, or the default if that is not among the options any more, which is said."""
    value = setting(name, default)
    if value not in options:
        value = default if default in options else options[0]
        replaced(name, title, words(value))
    if shown(name) is not None and shown(name) not in options:
        force(name, value)
    return value


def pick(
    name: str, title: str, options: Sequence[str], default: str, words: Callable[[str], str], help: str = "",
    disabled: bool = False,
) -> str:  # fmt: skip
    """A drop-down list; an unknown value, from an old link say, falls back to the default."""
    key, first = prepare(name, _known(name, title, options, default, words))
    index = list(options).index(first) if first in options else 0
    chosen: str = st.selectbox(title, list(options), index, key=key, format_func=words, help=help or None,
                               disabled=disabled)  # fmt: skip
    remember(name, chosen)
    return chosen


def segments(
    name: str, title: str, options: Mapping[str, str], default: str, help: str = "", hidden: bool = False
) -> str:
    """A row of buttons of which one is chosen; a choice that is no longer among them falls back to the default."""
    value = _known(name, title, list(options), default, options.__getitem__)
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
    key, first = prepare(name, _known(name, title, list(options), default, options.__getitem__))
    index = list(options).index(first)
    chosen: str = st.radio(title, list(options), index, key=key, format_func=lambda each: options[each],
                           help=help or None, horizontal=True)  # fmt: skip
    remember(name, chosen)
    return chosen


def several(name: str, title: str, options: Mapping[str, str], default: Sequence[str], help: str = "") -> list[str]:
    """Any number of choices; kept as one comma-separated setting."""
    asked = setting(name, ",".join(default)).split(",")
    wanted = [each for each in dict.fromkeys(asked) if each in options]
    if len(wanted) < len(asked) and asked != ["none"]:
        replaced(name, title, ", ".join(options[each] for each in wanted) or "none")
    key, first = prepare(name, wanted)
    chosen: list[str] = st.pills(
        title, list(options), default=first, key=key, format_func=lambda each: options[each],
        selection_mode="multi", wrap=True, help=help or None,
    )  # fmt: skip
    ordered = [each for each in options if each in chosen]
    remember(name, ",".join(ordered) or "none")
    return ordered


def number(name: str, title: str, default: int, low: int, high: int, help: str = "") -> int:
    """A whole number to type; one left at its default follows the default when that changes."""
    check_number(name, title, default, lambda value: min(max(value, low), high))
    key, first = held(name, default, lambda value: min(max(value, low), high))
    chosen = int(st.number_input(title, low, high, first, key=key, step=1, help=help or None))
    remember(name, chosen)
    return chosen


def text(name: str, title: str, help: str = "", longest: int = 80, default: str = "") -> str:
    """A line to type in."""
    key, first = prepare(name, setting(name, default)[:longest])
    chosen: str = st.text_input(title, first, max_chars=longest, key=key, help=help or None).strip()
    remember(name, chosen)
    return chosen
