"""The pages, in order."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core.paths import ROOT

PAGES = {
    "Investigate": (
        ("overview.py", "Overview", "overview", ":material/home:"),
        ("inspect_image.py", "Inspect", "inspect", ":material/search:"),
    ),
}


def pages() -> dict[str, list[StreamlitPage]]:
    """Section -> pages, the first of all being the front page."""
    first = PAGES["Investigate"][0]
    return {
        section: [
            st.Page(
                ROOT / "pages" / file, title=title, url_path=path, icon=icon, default=(file, title, path, icon) == first
            )
            for file, title, path, icon in entries
        ]
        for section, entries in PAGES.items()
    }
