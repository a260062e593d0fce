"""Overview."""

import streamlit as st

st.title("Counterproof")
