"""A list of things that may be gone, such as models: what is asked for and not here is said, not replaced."""

from collections.abc import Callable, Collection, Sequence

import streamlit as st

from app.ui.cached import classifiers, forget_classifiers
from app.ui.state import force, linked, setting, settings, widget
from app.ui.widgets import pick


def pick_here(
    name: str, title: str, options: Sequence[str], default: str, words: Callable[[str], str], what: str, help: str = ""
) -> str:
    """A drop-down list; while what is asked for is not among the options, nothing is chosen in it and that returned.

    what: what they are, in a word. `here` makes a sentence of a name that is not there.
    """
    asked = setting(name, default)
    if name not in settings() or asked in options:
        return pick(name, title, options, default, words, help)
    chosen: str | None = st.selectbox(title, list(options), None, key=f"{widget(name)}:gone", format_func=words,
                                      help=help or None, placeholder=f"Choose a {what}")  # fmt: skip
    if chosen is None:
        return asked
    force(name, chosen)
    return chosen


def known_models(*wanted: str) -> dict[str, str]:
    """Name -> title of every classifier; read anew where one that is wanted is not on the list, which may be older."""
    if any(each not in classifiers() for each in wanted):
        forget_classifiers()
    return classifiers()


def here(name: str, asked: str, known: Collection[str], what: str) -> str:
    """What is asked for, if it is known; ValueError in a sentence if not. name: the setting that it comes from."""
    if asked not in known:
        whose = "of this link is not here" if linked(name) else "is not here any more"
        raise ValueError(f"The {what} ‘{asked[:80]}’ {whose}")
    return asked
