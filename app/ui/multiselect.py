"""A list from which any number of things are chosen, of which there are too many to show all of them."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.ui.link_notes import replaced
from app.ui.state import prepare, remember, setting


def multiselect(name: str, title: str, options: Mapping[str, str], default: Sequence[str], help: str = "") -> list[str]:
    """Any number of choices in the order chosen; kept as one comma-separated setting. options: value -> words."""
    asked = [each for each in setting(name, ",".join(default)).split(",") if each]
    wanted = [each for each in dict.fromkeys(asked) if each in options]
    if len(wanted) < len(asked):
        replaced(name, title, ", ".join(options[each] for each in wanted) or "none")
    key, first = prepare(name, wanted)
    chosen: list[str] = st.multiselect(title, list(options), [each for each in first if each in options], key=key,
                                       format_func=lambda each: options[each], help=help or None)  # fmt: skip
    remember(name, ",".join(chosen))
    return chosen
