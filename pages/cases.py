"""Cases: what was saved on Inspect and Compare, to be found, read, edited and opened again."""

import streamlit as st

from app.access.allowed import SEEN, people_sign_in
from app.cases.board import show_cases
from app.cases.deletion import show_notice
from app.present.seat import tell_elsewhere
from app.sidebar import follow_history
from app.ui.advice import advice
from app.ui.cached import casebook
from app.ui.keeping import show_unkept
from app.ui.state import setting

st.title("Cases")
st.caption(
    "What was saved on Inspect, Compare and Batch, with your notes. "
    + (SEEN if people_sign_in() else "Everybody who can open this dashboard sees all cases and can change them.")
)
follow_history()
show_unkept()
try:
    book = casebook()
except (ValueError, OSError) as error:
    st.error(advice(error))
    st.stop()
show_notice(book)
show_cases(book)
tell_elsewhere(setting("case", ""))
