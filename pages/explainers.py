"""Explainers: are explanations any good? Explainers by metrics, beside two floors that explain nothing."""

import streamlit as st

from app.explainers.form import ask
from app.explainers.runs import CELL, LEAGUES
from app.explainers.show import show_run, show_start, titles
from app.sidebar import sidebar
from app.ui.cached import classifiers
from app.ui.link_notes import show_link_notes
from app.ui.markdown import plain
from app.ui.state import setting, write_link

st.title("Explainers")
st.markdown(
    "Are the explanations any good? Explainers draw maps of the same right answers, and metrics judge them. Two floors "
    "stand beside them, random numbers and the picture's edges: what is not better than both has shown nothing about "
    "the model."
)
device = sidebar(ask=False)[1]
known = LEAGUES.known()
run = LEAGUES.choose(known, titles(known, classifiers()))
if run is None:
    try:
        asked = ask()
    except ValueError as error:
        st.error(f"{plain(str(error), 500)}. Nothing is lost: change that setting.")
        st.stop()
    show_link_notes("Measure the explainers")
    show_start(asked, device)
else:
    st.button("New league", on_click=LEAGUES.begin_anew, icon=":material/add:")
    write_link({LEAGUES.shown: run.id, CELL: setting(CELL, "")})
    show_run(run)
