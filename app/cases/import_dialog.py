"""The dialog that brings cases in from files, and says what came in, what was here already and what was refused."""

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app.access.allowed import why_not
from app.ui.advice import advice
from app.ui.markdown import plain
from core.casebook.archives.import_zip import import_zip
from core.casebook.casebook import Casebook
from core.casebook.records import SavedCase

LARGEST = 2000  # MB of a file
FROM = "From a ZIP of this page on another installation, or one downloaded on Inspect."
SHOWN = 20  # titles that are listed for a file


def import_button(book: Casebook) -> None:
    """A button that opens the dialog."""
    why = why_not("upload")
    if st.button(
        "Import cases",
        icon=":material/upload:",
        key="import cases",
        disabled=bool(why),
        help=why or "From a ZIP of this page on another installation, or one downloaded on Inspect.",
    ):
        import_dialog(book)


@st.dialog("Import cases", width="large", on_dismiss="rerun")
def import_dialog(book: Casebook) -> None:
    """Ask for files and bring in all that is in each, or nothing of it."""
    st.markdown("Choose ZIP files that were downloaded on this page of another installation, or a case downloaded on "
                "Inspect. Titles, notes, tags and the answers of experts come along.")  # fmt: skip
    files = st.file_uploader("ZIP files", type=["zip"], accept_multiple_files=True, max_upload_size=LARGEST)
    if st.button("Import", type="primary", disabled=not files, icon=":material/upload:", key="import these"):
        for file in files:
            _bring_in(book, file)


def _bring_in(book: Casebook, file: UploadedFile) -> None:
    name = plain(file.name, 100)
    try:
        with st.spinner(f"Checking {name}"):
            found = import_zip(book, file, file.name)
    except (ValueError, OSError) as error:
        st.error(f"{name} was refused, and nothing of it imported: {advice(error)}")
        return
    said = f"{name}: {plain(' '.join(found.sentences()), 600)}"
    (st.success if found.added or found.answers else st.info)(said)
    _listed("Imported", found.added)
    _listed("Here already", found.known)


def _listed(what: str, cases: Sequence[SavedCase]) -> None:
    """The titles of cases, the first of them."""
    if cases:
        more = f"; and {len(cases) - SHOWN} more" if len(cases) > SHOWN else ""
        st.markdown(f"{what}: " + "; ".join(f"‘{plain(each.title, 200)}’" for each in cases[:SHOWN]) + more)
