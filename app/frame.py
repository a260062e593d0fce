"""The frame of every page: its looks, the list of pages, and a sentence where a page fails."""

import logging

import streamlit as st

from app.nav import pages
from app.ui.advice import advice
from core.base.paths import ASSETS, settle

log = logging.getLogger("counterproof")

# Streamlit's own Stop is hidden: it is not the Stop of a study.
FRAME = """<style>
[data-testid=stStatusWidget] { display: none; }
.st-key-unseen, .st-key-remembered { position: absolute; }
.st-key-limits-large p { font-size: 1.15rem; line-height: 1.55; max-width: 64rem; }
[data-testid=stMainBlockContainer] { padding: 3.2rem 3rem 3rem; }
</style>"""


def show() -> None:
    """Draw the frame and run the chosen page."""
    settle()
    st.set_page_config("Counterproof", page_icon=str(ASSETS / "icon.png"), layout="wide")
    st.html(FRAME)
    page = st.navigation(pages())
    try:
        page.run()
    except Exception as error:  # noqa: BLE001  the page frame: a sentence for the reader, the traceback for the log
        log.exception(f"page {page.title}")
        kept = "What you did is kept: change a setting, or reload the page."
        known = isinstance(error, ValueError | OSError)
        said = advice(error, kept) if known else f"Something went wrong on this page; the log has the details. {kept}"
        st.error(said)
