"""A button that leads from a case to the walk through it."""

import streamlit as st

from app.nav import page
from app.ui.state import force
from core.casebook.records import SavedCase


def present_button(case: SavedCase) -> None:
    """Go to Present with this case, to its first step."""
    if st.button("Present", icon=":material/slideshow:", key=f"present-{case.uid}",
                 help="Step by step, to look at together; an expert can answer at its end."):  # fmt: skip
        force("case", case.uid)
        force("step", 1)
        st.switch_page(page("present"))
