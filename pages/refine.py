"""Refine: choose a model, data and what it is to learn; see what that costs; start the run."""

import streamlit as st

from app.refine_asked import link
from app.refine_settings import ask
from app.refine_start import show_start
from app.sidebar import follow_history
from app.text import plain

st.title("Refine")
st.markdown(
    "Refining trains a copy of a model further, so that small changes to a picture fool it less. With the guided "
    "method, explanations first find the regions of each picture that unsettle the answer without supporting it, and "
    "the training then teaches the model not to rely on them."
)
follow_history()
left, right = st.columns([1.75, 1], gap="large")
with left:
    try:
        asked = ask()
    except ValueError as error:
        st.error(f"{plain(str(error), 500)}. Nothing is lost: change that setting.")
        st.stop()
link(asked)
with right:
    show_start(asked)
