"""Evaluate: what models withstand on the images of a data set: attacks, common corruptions, smallest changes."""

import streamlit as st

from app.evaluate.kinds import KINDS
from app.measuring.runs import begin_anew, choose, choose_kind, link_form
from app.measuring.show import show_run, show_start
from app.sidebar import sidebar
from app.ui.cached import classifiers
from app.ui.link_notes import show_link_notes
from app.ui.markdown import plain
from app.ui.state import write_link

st.title("Evaluate")
device = sidebar(ask=False)[1]
kind, known = choose_kind(KINDS)
st.markdown(kind.intro)
run = choose(kind, known, classifiers())
if run is None:
    try:
        asked = kind.ask()
    except ValueError as error:
        st.error(f"{plain(str(error), 500)}. Nothing is lost: change that setting.")
        st.stop()
    show_link_notes(kind.button)
    show_start(kind, asked, device)
    link_form(kind)
else:
    st.button(f"New {kind.one}", on_click=begin_anew, args=(kind,), icon=":material/add:")
    write_link({kind.shown: run.id})
    show_run(kind, run, classifiers())
