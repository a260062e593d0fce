"""Cases to take along: as a ZIP that another installation can import, as a page and as a PDF."""

from collections.abc import Sequence

import streamlit as st

from app.ui.markdown import plain
from core.access.acting import as_now
from core.casebook.archives.export import refusal, zipped
from core.casebook.casebook import Casebook
from core.casebook.reporting.html_report import report
from core.casebook.reporting.pdf_report import pdf
from core.casebook.reporting.sections import MOST

MOST_EXPORTED = 100
ZIP = ("A folder for each case, with pictures and arrays, and casebook.json with titles, notes, tags and answers; "
       f"another installation imports it. At most {MOST_EXPORTED} at once.")  # fmt: skip
REPORT = f"To read, print or hand on, at most {MOST} cases at once; it opens without a network and runs nothing."


def download_buttons(book: Casebook, uids: Sequence[str], name: str, key: str) -> None:
    """A button for each form; name: what the files are called, without an ending; each is made when it is pressed."""
    count = len(uids)
    fits = 0 < count <= MOST_EXPORTED
    why = refusal(book, uids) if fits else ""
    help = f"Not possible: {plain(why, 300)}." if why else ZIP
    st.download_button("ZIP", data=as_now(lambda: zipped(book, uids).read()), key=key, file_name=f"{name}.zip",
                       mime="application/zip", on_click="ignore", disabled=not fits or bool(why),
                       icon=":material/download:", help=help)  # fmt: skip
    st.download_button("Report (HTML)", data=as_now(lambda: report(book, uids)), key=f"html-{key}",
                       file_name=f"{name}.html", mime="text/html", on_click="ignore", disabled=not 0 < count <= MOST,
                       icon=":material/description:", help=REPORT)  # fmt: skip
    st.download_button("Report (PDF)", data=as_now(lambda: pdf(book, uids)), key=f"pdf-{key}", file_name=f"{name}.pdf",
                       mime="application/pdf", on_click="ignore", disabled=not 0 < count <= MOST,
                       icon=":material/picture_as_pdf:",
                       help=f"{REPORT} Making it takes a few seconds a case.")  # fmt: skip
