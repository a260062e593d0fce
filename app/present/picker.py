"""Which case is walked through: the saved ones, the newest first, and in which order it is told."""

from collections.abc import Sequence

import streamlit as st

from app.cases.words import about, moment
from app.ui.cached_pictures import case_thumbnail
from app.ui.markdown import plain
from app.ui.state import force, setting
from app.ui.widgets import segments
from core.casebook.casebook import Casebook
from core.casebook.places import THUMBNAIL
from core.casebook.records import SavedCase

OPEN, BLIND = "open", "blind"
ORDERS = {OPEN: "Tell it from the start", BLIND: "Ask first which picture was changed"}
LISTED = 40


def order_asked() -> str:
    """In which order a case is told: "open" or "blind"."""
    asked = setting("order", OPEN)
    return asked if asked in ORDERS else OPEN


def pick_case(book: Casebook) -> None:
    """Draw the list; a choice becomes the case of the page."""
    cases = book.find(most=LISTED)
    if not cases:
        st.info("There are no cases yet. Make one on Inspect or Compare, and press ‘Save case’ there.")
        return
    order = segments("order", "Order", ORDERS, OPEN, "Asked first, an expert sees the two pictures left and right by "
                     "lot, and nothing else before the answer.")  # fmt: skip
    for case in cases:
        _line(book, case, hidden=order == BLIND)
    if book.count() > LISTED:
        st.caption(f"The last {LISTED} that were saved. Others can be presented from their panel under Cases.")


def _line(book: Casebook, case: SavedCase, hidden: bool) -> None:
    """One case. hidden: neither its title nor its picture, which tell what is to be asked."""
    widths = [0.05, 5, 1.2] if hidden else [1, 4, 1.2]
    left, middle, right = st.columns(widths, vertical_alignment="center")
    if not hidden and (small := case_thumbnail(str(book.folder(case.uid) / THUMBNAIL))):
        left.image(small, width=150, alt="original and attacked image")
    title = f"{case.image_name}" if hidden else case.title
    middle.markdown(f"**{plain(title, 200)}**")
    middle.caption(plain(" · ".join(_told(case, hidden)), 300))
    if right.button("Present", key=f"present-{case.uid}", icon=":material/play_arrow:", width="stretch"):
        force("case", case.uid)
        force("step", 1)
        st.rerun()


def _told(case: SavedCase, hidden: bool) -> Sequence[str]:
    return [f"saved {moment(case)}"] if hidden else [about(case), f"saved {moment(case)}"]
