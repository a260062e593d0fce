"""What a link asks for that cannot be had here as it is: noted where it is replaced, told, and agreed to by a press."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from app.ui.markdown import plain
from app.ui.state import keep, kept, linked, setting, settings


def replaced(name: str, title: str, instead: object) -> None:
    """Note that a setting of this title cannot be what the link says; one that is no link's is replaced without a word.

    To be called before the setting is remembered as what it is instead.
    """
    if linked(name):
        asked = str(settings()[name])
        note(name, f"‘{title}’ cannot be ‘{asked[:60]}{'…' if len(asked) > 60 else ''}’; it is set to ‘{instead}’")


def note(name: str, sentence: str) -> None:
    """Note what of a link does not hold; it is told until the setting of this name is changed, or agreed to."""
    kept("link notes", {})[name] = (sentence, None)


def check_number(name: str, title: str, default: Any, fitted: Callable[[Any], Any]) -> None:
    """Note a number or switch of a link that is none, or that `fitted` brings into its range."""
    if not linked(name):
        return
    asked, value = settings()[name], setting(name, default)
    try:
        number = float({"True": 1, "true": 1, "False": 0, "false": 0}.get(asked, asked))
    except (TypeError, ValueError):
        number = float("nan")
    close = abs(number - fitted(value)) < 1e-5 + 1e-9 * abs(number)
    if not close or (isinstance(default, bool) and number not in (0, 1)):
        replaced(name, title, fitted(value))


def link_notes() -> list[str]:
    """The sentences on what of the link was replaced and is still so."""
    found: dict[str, tuple[str, Any]] = kept("link notes", {})
    for name, (sentence, instead) in list(found.items()):
        now = str(settings().get(name))
        if instead is None:
            found[name] = (sentence, now)
        elif instead != now:
            del found[name]
    return [sentence for sentence, _ in found.values()]


def show_link_notes(button: str) -> bool:
    """Tell them, and which button agrees to them; whether there are any."""
    if said := link_notes():
        lines = "".join(f"\n- {plain(each, 300)}." for each in said)
        st.warning("This link asks for something that cannot be had here. Look at what is set instead; nothing is "
                   f"computed or shown for it before you press ‘{button}’.\n{lines}")  # fmt: skip
    return bool(said)


def agree() -> None:
    """Forget the notes: what is set now is what the reader wants."""
    keep("link notes", {})
