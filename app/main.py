"""The entrypoint: `streamlit run app/main.py` draws the frame and runs the chosen page."""

import logging

import streamlit as st

from app.nav import pages
from app.text import plain
from core.paths import ASSETS

log = logging.getLogger("counterproof")

# Streamlit's own Stop is hidden: it is not the Stop of a study.
FRAME = """<style>
[data-testid=stStatusWidget] { display: none; }
[data-testid=stMainBlockContainer] { padding: 3.2rem 3rem 3rem; }
</style>"""

st.set_page_config("Counterproof", page_icon=str(ASSETS / "icon.png"), layout="wide")
st.html(FRAME)
page = st.navigation(pages())
try:
    page.run()
except (ValueError, OSError) as error:
    log.exception("page %s", page.title)
    st.error(f"{plain(str(error), 500)}")
