"""Explainers: are explanations any good? Explainers by metrics, beside two floors that explain nothing."""

import streamlit as st

from app.explainers.kind import LEAGUE
from app.measuring.page import show_page
from app.measuring.runs import choose, runs_of
from app.sidebar import sidebar
from app.ui.cached import classifiers

st.title(LEAGUE.title)
device = sidebar(ask=False)[1]
st.markdown(LEAGUE.intro)
show_page(LEAGUE, choose(LEAGUE, runs_of(LEAGUE), classifiers()), device)
