"""What experts have said of a case, read only."""

import streamlit as st

from app.access.allowed import people_sign_in
from app.ui.markdown import plain
from core.casebook.answers import answers_of
from core.casebook.case_words import said as said
from core.casebook.casebook import Casebook

UNSEEN = "imported or typed, not by sign-in"


def show_answers(book: Casebook, uid: str) -> None:
    """Every answer to a case, the earliest first; nothing where there is none."""
    if not (answers := answers_of(book, uid)):
        return
    with st.expander(f"Answers of experts ({len(answers)})", expanded=True):
        for each in answers:
            unseen = f" ({UNSEEN})" if people_sign_in() and not each.person else ""
            name = f"**{plain(each.expert, 100)}**{unseen}"
            st.markdown(f"{name}, {each.created:%Y-%m-%d}: {plain(said(each), 400)}")
            if each.comment:
                st.text(each.comment)
