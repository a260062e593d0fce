"""The pages, in order."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core.base.paths import ROOT

PAGES = {
    "Investigate": {
        "overview": ("overview.py", "Overview", ":material/home:"),
        "inspect": ("inspect_image.py", "Inspect", ":material/search:"),
        "compare": ("compare.py", "Compare", ":material/compare:"),
        "batch": ("batch.py", "Batch", ":material/photo_library:"),
        "cases": ("cases.py", "Cases", ":material/folder_open:"),
        "present": ("present.py", "Present", ":material/slideshow:"),
    },
    "Defend": {
        "refine": ("refine.py", "Refine", ":material/shield:"),
        "runs": ("runs.py", "Runs", ":material/monitoring:"),
    },
    "Evidence": {
        "evaluate": ("evaluate.py", "Evaluate", ":material/fact_check:"),
        "explainers": ("explainers.py", "Explainers", ":material/leaderboard:"),
        "detect": ("detect.py", "Detect", ":material/policy:"),
    },
}


def page(path: str) -> StreamlitPage:
    """The page whose address ends in `path`."""
    file, title, icon = next(entries[path] for entries in PAGES.values() if path in entries)
    return st.Page(ROOT / "pages" / file, title=title, url_path=path, icon=icon, default=path == "overview")


def has(path: str) -> bool:
    """Whether there is a page of this address."""
    return any(path in entries for entries in PAGES.values())


def pages() -> dict[str, list[StreamlitPage]]:
    """Section -> pages; the front page is the overview."""
    return {section: [page(path) for path in entries] for section, entries in PAGES.items()}
