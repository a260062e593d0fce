"""The casebook on its page: search, gallery, what can be done with several cases, and the panel of the chosen one."""

from typing import Any

import streamlit as st

from app.cases.agreement import show_agreement
from app.cases.deletion import delete_button, show_deleted
from app.cases.downloads import download_buttons
from app.cases.filters import ask_filters, in_link
from app.cases.import_dialog import import_button
from app.cases.panel import show_case
from app.cases.words import about, state
from app.ui import components
from app.ui.cached_pictures import case_thumbnail
from app.ui.state import force, keep, kept, remember, setting, write_link
from core.base.plain_line import plain_line
from core.casebook.casebook import Casebook
from core.casebook.places import THUMBNAIL
from core.casebook.records import CaseFilter, SavedCase

PAGE = 60  # cases shown at once


def show_cases(book: Casebook) -> None:
    """All of the page but its title."""
    total = book.count()
    if not total:
        st.info("There are no cases yet. Make one on Inspect or Compare, and press ‘Save case’ there.")
        import_button(book)
    else:
        filters = ask_filters(book.choices())
        shown = _shown(book, filters, total)
        _gallery(book, shown)
    uid = setting("case", "")
    if uid:
        show_case(book, uid)
    elif total:
        st.caption("Choose a case to see it here.")
    show_agreement(book)
    show_deleted(book)
    write_link({"case": uid} | in_link())


def _shown(book: Casebook, filters: CaseFilter, total: int) -> list[SavedCase]:
    """The cases of this page of the list, under how many there are."""
    count = book.count(filters)
    last = max(0, count - 1) // PAGE
    page = min(max(setting("cases.page", 0), 0), last)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{count:,} of {total:,} case{'' if total == 1 else 's'}**", width="content")
        import_button(book)
        if last:
            for label, step in (("Newer", -1), ("Older", 1)):
                if st.button(label, key=f"page {step}", disabled=not 0 <= page + step <= last):
                    remember("cases.page", page + step)
                    st.rerun()
            st.caption(f"page {page + 1} of {last + 1}", width="content")
    remember("cases.page", page)
    return book.find(filters, most=PAGE, skip=PAGE * page)


def _gallery(book: Casebook, shown: list[SavedCase]) -> None:
    """The tiles, and under them what can be done with those that are marked."""
    if not shown:
        st.caption("No case is like that.")
        return
    chosen, marked = setting("case", ""), kept("cases marked", [])
    key = f"cases-{kept('cases gallery', 0)}"
    picked, now = components.cases([_tile(book, case) for case in shown], chosen, marked, key=key)
    keep("cases marked", now)
    if picked and picked != chosen:
        force("case", picked)
        st.rerun()
    here = [case for case in shown if case.uid in now]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{len(here)} selected" if here else "None selected", width="content")
        if st.button("Select all shown", disabled=len(here) == len(shown)):
            mark([case.uid for case in shown])
        if st.button("Select none", disabled=not here):
            mark([])
        download_buttons(book, [case.uid for case in here], "counterproof-cases", "export")
        delete_button(book, here, "Delete selected", key="delete several")


def mark(uids: list[str]) -> None:
    """Have exactly these selected; the gallery is made anew for it."""
    keep("cases marked", uids)
    keep("cases gallery", kept("cases gallery", 0) + 1)
    st.rerun()


def _tile(book: Casebook, case: SavedCase) -> dict[str, Any]:
    return {
        "id": case.uid, "title": plain_line(case.title), "about": about(case),
        "tags": plain_line(" · ".join(case.tags)), "state": state(case),
        "src": case_thumbnail(str(book.folder(case.uid) / THUMBNAIL)),
        "alt": f"original and attacked image, answered {plain_line(case.answer_before, 80)} and "
        f"{plain_line(case.answer_after, 80)}",
    }  # fmt: skip
