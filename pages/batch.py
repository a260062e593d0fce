"""Batch: many pictures under one attack, sorted by what happened; the interesting ones become cases."""

import streamlit as st

from app.batch.kind import BATCH
from app.measuring.page import show_page
from app.measuring.runs import choose, runs_of
from app.sidebar import sidebar
from app.ui.cached import classifiers

st.title(BATCH.title)
device = sidebar(ask=False)[1]
st.markdown(BATCH.intro)
show_page(BATCH, choose(BATCH, runs_of(BATCH), classifiers()), device)
