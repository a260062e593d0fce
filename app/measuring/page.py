"""The part of a page below its heading: the form of a measurement, or the one that is on show."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import streamlit as st

from app.measuring.kind import Kind
from app.measuring.runs import begin_anew, link_form
from app.measuring.show import show_run, show_start
from app.ui.cached import classifiers
from app.ui.link_notes import show_link_notes
from app.ui.markdown import plain
from app.ui.state import setting, write_link
from core.runs.run import Run

NOTHING: Mapping[str, str] = MappingProxyType({})


def show_page(kind: Kind[Any], run: Run | None, device: str, link: Mapping[str, str] = NOTHING) -> None:
    """Ask for a new one where `run` is None, else show that run. link: what the address of the form holds besides."""
    if run is not None:
        st.button(f"New {kind.one}", on_click=begin_anew, args=(kind,), icon=":material/add:")
        write_link({kind.shown: run.id} | {name: setting(name, "") for name in kind.linked})
        show_run(kind, run, classifiers())
        return
    try:
        asked = kind.ask()
    except ValueError as error:
        st.error(f"{plain(str(error), 500)}. Nothing is lost: change that setting.")
        return
    show_link_notes(kind.button)
    show_start(kind, asked, device)
    link_form(kind, link)
