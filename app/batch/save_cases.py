"""Pictures that were ticked, saved as cases with titles of one's own; none twice."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.access.allowed import why_not
from app.batch.one_picture import keep_picture
from app.nav import page
from app.ui.advice import advice
from app.ui.cached import casebook
from app.ui.state import keep, kept, remember, setting
from app.ui.widgets import text
from core.base.plain_line import plain_line
from core.batch.places import load_case
from core.casebook import texts
from core.casebook.casebook import Casebook
from core.casebook.records import CaseFilter
from core.runs.run import Run

TAG = "batch"
TYPED = 10  # titles that can be typed at once
SAVED, GALLERY = "batch saved", "batch gallery"  # the latter counts how often the gallery was made anew


def show_saving(run: Run, rows: Sequence[Mapping[str, Any]]) -> None:
    """The titles of the rows that were ticked, the button, and what came of the last press."""
    _show_saved()
    if not rows:
        st.caption("Tick pictures to save them as cases.")
        return
    count = f"{len(rows)} picture{'' if len(rows) == 1 else 's'}"
    with st.expander(f"Save {count} as {'a case' if len(rows) == 1 else 'cases'}", expanded=True):
        titles = {row["step"]: row["title"] for row in rows}
        for row in rows[:TYPED]:
            titles[row["step"]] = text(f"case title {row['study_id']}", f"Title of {plain_line(row['name'], 60)}",
                                       longest=texts.TITLE, default=row["title"])  # fmt: skip
        if len(rows) > TYPED:
            st.caption(f"The other {len(rows) - TYPED} get titles of the same form; all can be changed on Cases.")
        why = why_not("save")
        if st.button("Save as cases", type="primary", icon=":material/bookmark_add:", key="save-batch",
                     disabled=bool(why), help=why or None):  # fmt: skip
            try:
                _save(casebook(), run, rows, titles)
            except (ValueError, OSError) as error:
                st.error(advice(error, "What was saved before stays; the titles that you typed are still there."))
                return
            st.rerun()


def _save(book: Casebook, run: Run, rows: Sequence[Mapping[str, Any]], titles: Mapping[int, str]) -> None:
    """Save those that are not in the casebook yet, and note how many."""
    saved = known = 0
    for row in rows:
        if book.find(CaseFilter(study_id=row["study_id"]), most=1):
            known += 1
            continue
        keep_picture(run, row)
        title = titles[row["step"]] or row["title"]
        book.save(load_case(run.folder, row["step"]), title=title, tags=[TAG], label=row["label"] or "", source="batch")
        saved += 1
    remember("pictures.ticked", "")
    keep(GALLERY, kept(GALLERY, 0) + 1)  # nothing is ticked in it any more
    keep(SAVED, (run.id, saved, known))


def _show_saved() -> None:
    """How many were saved, with the way there."""
    of, saved, known = kept(SAVED, ("", 0, 0))
    if not of or of != setting("batch", ""):
        return
    said = f"{saved} case{'' if saved == 1 else 's'} saved."
    if known:
        said += (
            f" {known} {'was' if known == 1 else 'were'} saved before and {'is' if known == 1 else 'are'} not doubled."
        )
    st.success(said)
    if st.button("Show them under Cases", icon=":material/folder_open:", key="batch-to-cases"):
        st.switch_page(page("cases"))
