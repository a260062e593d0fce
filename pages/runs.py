"""Runs: every run with its state, and the chosen one live: curves, masks, numbers, log, stop and resume."""

import streamlit as st

from app.access.allowed import SEEN, people_sign_in
from app.nav import has, page
from app.runs.board import show_runs
from app.sidebar import follow_history
from app.ui.advice import advice
from app.ui.keeping import show_unkept
from core.runs.store import Store

st.title("Runs")
st.caption(
    "Long work goes on in the background, also when this window or the whole dashboard is closed. A run can be stopped "
    "and resumed later. "
    + (SEEN if people_sign_in() else "Everybody who can open this dashboard sees all runs and can stop them.")
)
follow_history()
try:
    store = Store.usual()
    runs = store.runs()
except (ValueError, OSError) as error:
    st.error(advice(error))
    st.stop()
show_unkept()
if runs:
    show_runs(store)
else:
    st.info("There are no runs yet." + (" Start one on the Refine page." if has("refine") else ""))
    if has("refine"):
        st.page_link(page("refine"), label="Refine a model", icon=":material/shield:")
