"""The pages, in order."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.access.allowed import may, why_not
from core.access.roles import Action
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


TAKES: dict[str, Action] = {"refine": "run"}  # pages on which there is nothing to do for who may not do this


def page(path: str) -> StreamlitPage:
    """The page whose address ends in `path`."""
    file, title, icon = next(entries[path] for entries in PAGES.values() if path in entries)
    return st.Page(ROOT / "pages" / file, title=title, url_path=path, icon=icon, default=path == "overview")


def closed() -> list[StreamlitPage]:
    """Pages at all of their addresses that draw nothing, for who has not been let in."""
    paths = [path for entries in PAGES.values() for path in entries]
    return [st.Page(_nothing, title="Sign in", url_path=path, default=path == "overview") for path in paths]


def _nothing() -> None:
    """What is drawn is drawn around it."""


def _withheld(path: str) -> StreamlitPage:
    """What stands at the address of a page that who is here cannot use: a sentence that says so."""
    title, why = next(entries[path][1] for entries in PAGES.values() if path in entries), why_not(TAKES[path])

    def say() -> None:
        st.title(title)
        st.info(why)

    return st.Page(say, title=title, url_path=path, visibility="hidden")


def has(path: str) -> bool:
    """Whether there is a page of this address, for who is here."""
    return any(path in entries for entries in PAGES.values()) and may(TAKES.get(path, "look"))


def pages() -> dict[str, list[StreamlitPage]]:
    """Section -> pages, hidden where who is here cannot use them; the front page is the overview."""
    return {section: [page(path) if has(path) else _withheld(path) for path in entries]
            for section, entries in PAGES.items()}  # fmt: skip
