"""Refine: choose a model, data and what it is to learn; see what that costs; start the run."""

import streamlit as st

from app.refine.form import ask
from app.refine.request import link
from app.refine.start import show_shell, show_start
from app.sidebar import follow_history
from app.ui.keeping import show_unkept
from app.ui.link_notes import show_link_notes
from app.ui.markdown import plain

st.title("Refine")
st.markdown(
    "Refining trains a copy of a model further, so that changes of limited size to a picture fool it less often. This "
    "usually costs right answers on untouched pictures: measure both on Compare before you use the copy. The guided "
    "method looks, by explanations, for regions that unsettle the answer without supporting it, and penalises "
    "sensitivity there. Another method learns to ignore what an expert has marked as meaningless. Where trials have "
    "held a method against its controls, what they found stands under it."
)
follow_history()
show_unkept()
asked = st.container()
left, right = st.columns([1.75, 1], gap="large")
with left:
    try:
        request, device = ask()
    except ValueError as error:
        st.error(f"{plain(str(error), 500)}. Nothing is lost: change that setting.")
        st.stop()
with asked:
    unsure = show_link_notes("Start this run")
if not unsure:
    link(request, device)
with right:
    show_start(request, device)
show_shell(request, device)
