"""What keeps a page from going on: an error in a sentence, or a download that must be agreed to first."""

import streamlit as st

from app.access.allowed import why_not
from app.ui.advice import advice
from app.ui.cached import classifier
from app.ui.markdown import plain
from core.access.permission import require
from core.base.errors import DownloadNeeded


def show_trouble(
    error: Exception, device: str = "cpu", otherwise: str = "", *, unreadable: str = "", missing: str = ""
) -> None:
    """The error as sentences with advice by its cause (app.ui.advice), or the question whether to download."""
    if isinstance(error, DownloadNeeded):
        ask_download(error, device)
    else:
        st.error(advice(error, otherwise, unreadable=unreadable, missing=missing))


def ask_download(needed: DownloadNeeded, device: str = "cpu") -> None:
    """Say what must be fetched for a model, and fetch it when asked to; the page is then drawn anew."""
    with st.container(border=True):
        st.markdown(f"**{plain(str(needed), 400)}.**")
        st.caption("Nothing is fetched before you press. What is fetched is kept: this is asked once.")
        why = why_not("run")
        if st.button("Download", type="primary", icon=":material/download:", key=f"download:{needed.wanted}",
                     disabled=bool(why), help=why or None):  # fmt: skip
            try:
                require("run")
                classifier(needed.wanted, device, fetch=True)
            except (ValueError, OSError) as error:
                st.error(advice(error, "Try again, or choose another model.", missing="Or choose another model."))
                return
            st.rerun()
