"""Evaluate: what models withstand on the images of a data set: attacks, common corruptions, smallest changes."""

import streamlit as st

from app.evaluate.kinds import KINDS
from app.measuring.page import show_page
from app.measuring.runs import KIND, choose, choose_kind
from app.sidebar import sidebar
from app.ui.cached import classifiers

st.title("Evaluate")
device = sidebar(ask=False)[1]
kind, known = choose_kind(KINDS)
st.markdown(kind.intro)
show_page(kind, choose(kind, known, classifiers()), device, {KIND: kind.key})
