"""Where nothing can be kept: one notice, since looking and computing go on without."""

import streamlit as st

from app.ui.markdown import plain
from core.base.paths import unkept

WITHOUT = (
    "Pictures of the gallery can be attacked, explained and compared all the same; uploads, added models and data, "
    "saved cases and runs need a folder that can be written."
)


def show_unkept() -> None:
    """Say that nothing can be kept, and why; nothing where it can."""
    if reason := unkept():
        st.info(plain(f"Nothing can be kept ({reason}). {WITHOUT}", 600))
