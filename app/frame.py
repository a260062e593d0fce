"""The frame of every page: its looks, the list of pages, and a sentence where a page fails."""

import logging

import streamlit as st

from app.access.sign_in import entered, let_in, show_person
from app.access.who import ask_who
from app.nav import closed, pages
from app.ui.advice import advice
from core.base.paths import ASSETS, settle

log = logging.getLogger("counterproof")

# Streamlit's own Stop is hidden: it is not the Stop of a study.
FRAME = """<style>
[data-testid=stStatusWidget] { display: none; }
.st-key-unseen, .st-key-remembered { position: absolute; }
.st-key-limits-large p { font-size: 1.15rem; line-height: 1.55; max-width: 64rem; }
.st-key-sign-in { margin-top: 5rem; padding: 1rem; }
[data-testid=stMainBlockContainer] { padding: 3.2rem 3rem 3rem; }
</style>"""


def show() -> None:
    """Draw the frame and run the chosen page."""
    settle()
    ask_who()
    icon = str(ASSETS / "icon.png") if entered() else ":material/login:"  # pictures are for who has signed in
    st.set_page_config("Counterproof", page_icon=icon, layout="wide")
    st.html(FRAME)
    try:
        if not let_in():
            st.navigation(closed(), position="hidden").run()
            return
        listed = pages()
    except (ValueError, OSError) as error:  # the policy cannot be read: nobody is let in
        log.error("who may do what cannot be read: %s", error)
        st.error(advice(error, "Whoever runs this dashboard can set that right."))
        return
    page = st.navigation(listed)
    try:
        show_person()
        page.run()
    except Exception as error:  # noqa: BLE001  the page frame: a sentence for the reader, the traceback for the log
        log.exception(f"page {page.title}")
        kept = "What you did is kept: change a setting, or reload the page."
        known = isinstance(error, ValueError | OSError)
        said = advice(error, kept) if known else f"Something went wrong on this page; the log has the details. {kept}"
        st.error(said)
