"""Evaluate: what models withstand, attacks x strengths on the images of a data set."""

import streamlit as st

from app.evaluate.form import ask
from app.evaluate.runs import EVALUATIONS
from app.evaluate.show import show_run, show_start, titles
from app.sidebar import sidebar
from app.ui.cached import classifiers
from app.ui.link_notes import show_link_notes
from app.ui.markdown import plain
from app.ui.state import write_link

st.title("Evaluate")
st.markdown(
    "How much do models withstand? Attacks look for changes of limited size that give a wrong answer, on many labelled "
    "images. What counts is the worst attack on every image. That these attacks fail does not show that no other would "
    "succeed."
)
device = sidebar(ask=False)[1]
known = EVALUATIONS.known()
run = EVALUATIONS.choose(known, titles(known))
if run is None:
    try:
        asked = ask()
    except ValueError as error:
        st.error(f"{plain(str(error), 500)}. Nothing is lost: change that setting.")
        st.stop()
    show_link_notes("Evaluate")
    show_start(asked, device)
else:
    st.button("New evaluation", on_click=EVALUATIONS.begin_anew, icon=":material/add:")
    write_link({EVALUATIONS.shown: run.id})
    show_run(run, classifiers())
