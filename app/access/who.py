"""For whom a page runs: the person of this browser window, by what the identity provider said when they signed in."""

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.access.configured import served
from core.access.acting import act_for
from core.access.identity import person_of
from core.access.person import NOBODY, Person


def ask_who() -> None:
    """Have every check ask who is there, where people sign in; where they do not, everybody is the local user."""
    if served().sign_in:
        act_for(who)


def who() -> Person:
    """The person of the window that this thread draws for; a thread that draws for none acts for nobody."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return NOBODY
    return person_of(claims())


def claims() -> dict[str, Any]:
    """What the provider said of who is signed in; without a word of it where nobody is."""
    return dict(st.user.to_dict())
