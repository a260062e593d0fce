"""What experts have said of a case, read only."""

import streamlit as st

from app.ui.markdown import plain
from core.casebook.answers import answers_of
from core.casebook.case_words import said as said
from core.casebook.casebook import Casebook


def show_answers(book: Casebook, uid: str) -> None:
    """Every answer to a case, the earliest first; nothing where there is none."""
    if not (answers := answers_of(book, uid)):
        return
    with st.expander(f"Answers of experts ({len(answers)})", expanded=True):
        for each in answers:
            st.markdown(f"**{plain(each.expert, 100)}**, {each.created:%Y-%m-%d}: {plain(said(each), 400)}")
            if each.comment:
                st.text(each.comment)
