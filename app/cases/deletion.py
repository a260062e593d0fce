"""Deleting cases, and having them back: a notice with Undo that stays, and the list of what was deleted."""

from collections.abc import Sequence

import streamlit as st

from app.access.allowed import may, why_not
from app.ui.markdown import plain
from app.ui.state import drop, keep, kept, setting
from core.casebook.casebook import KEPT, Casebook
from core.casebook.records import CaseFilter, SavedCase

NOTICE = "cases deleted"
LISTED = 50


def delete_button(book: Casebook, cases: Sequence[SavedCase], label: str, key: str) -> None:
    """A button that puts these cases aside; the notice that follows has the Undo."""
    why = why_not("delete")
    if st.button(label, icon=":material/delete:", key=key, disabled=not cases or bool(why),
                 help=why or f"They can be restored for {KEPT.days} days."):  # fmt: skip
        uids = [case.uid for case in cases]
        book.delete(uids)
        keep(NOTICE, [(case.uid, case.title) for case in cases])
        if setting("case", "") in uids:
            drop("case")
        keep("cases marked", [uid for uid in kept("cases marked", []) if uid not in uids])
        st.rerun()


def show_notice(book: Casebook) -> None:
    """What was deleted last in this window, with Undo, until either button is pressed."""
    deleted: list[tuple[str, str]] = kept(NOTICE, [])
    if not deleted:
        return
    what = f"The case ‘{plain(deleted[0][1], 80)}’ is" if len(deleted) == 1 else f"{len(deleted)} cases are"
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"{what} deleted.", width="stretch", help=f"For {KEPT.days} days also under ‘Deleted cases’ below.")
        if st.button("Undo", type="primary", icon=":material/undo:", key="undo"):
            book.undo([uid for uid, _ in deleted])
            keep(NOTICE, [])
            st.rerun()
        if st.button("Close", key="close notice"):
            keep(NOTICE, [])
            st.rerun()


def restore_button(book: Casebook, case: SavedCase, key: str) -> None:
    """A button that has a deleted case back."""
    why = why_not("delete")
    if st.button("Restore", icon=":material/undo:", key=f"{key}-{case.uid}", disabled=bool(why), help=why or None):
        book.undo([case.uid])
        keep(NOTICE, [each for each in kept(NOTICE, []) if each[0] != case.uid])
        st.rerun()


def show_deleted(book: Casebook) -> None:
    """The deleted cases, folded away."""
    if not may("delete") or not (count := book.count(CaseFilter(deleted=True))):
        return
    with st.expander(f"Deleted cases ({count:,})"):
        st.caption(f"Kept for {KEPT.days} days after they were deleted, then removed for good.")
        for case in book.find(CaseFilter(deleted=True), most=LISTED):
            with st.container(horizontal=True, vertical_alignment="center"):
                restore_button(book, case, "listed")
                st.markdown(f"{plain(case.title, 200)} · deleted {case.deleted:%Y-%m-%d %H:%M} UTC", width="stretch")
        if count > LISTED:
            st.caption(f"The last {LISTED} that were saved.")
