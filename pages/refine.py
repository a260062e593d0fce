"""Refine: choose a model, data and what it is to learn; see what that costs; start the run."""

import streamlit as st

st.title("Refine")
