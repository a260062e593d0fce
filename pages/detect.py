"""Detect: can an attacked picture be told from its explanation, also where the attacker knows that one looks?"""

import streamlit as st

from app.detect.kind import DETECTION
from app.measuring.page import show_page
from app.measuring.runs import choose, runs_of
from app.sidebar import sidebar
from app.ui.cached import classifiers

st.title(DETECTION.title)
device = sidebar(ask=False)[1]
st.markdown(DETECTION.intro)
show_page(DETECTION, choose(DETECTION, runs_of(DETECTION), classifiers()), device)
