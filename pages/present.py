"""Present: one saved case on the whole width, step by step; an expert answers at its end."""

import streamlit as st

from app.present.picker import pick_case
from app.present.seat import take_seat
from app.present.show import show_walk
from app.sidebar import follow_history
from app.ui.advice import advice
from app.ui.cached import casebook
from app.ui.cached_pictures import case_contents
from app.ui.state import drop, setting, write_link

follow_history()
try:
    book = casebook()
    case = book.get(uid) if (uid := setting("case", "")) else None
    if case is not None and case.deleted is not None:
        raise ValueError("this case was deleted; it can be restored under Cases")
    contents = case_contents(str(book.folder(case.uid)), case.kind) if case else None
except (ValueError, OSError) as error:
    st.title("Present")
    st.error(advice(error, "Choose another case."))
    if st.button("Show all cases"):
        drop("case")
        st.rerun()
    st.stop()
if case is None or contents is None:
    st.title("Present")
    st.caption("A saved case, told step by step on the whole width of the screen. An expert can answer at its end.")
    pick_case(book)
    write_link({"order": setting("order", "open")})
elif (seat := take_seat()) is None:
    st.caption("One moment …")
else:
    show_walk(book, case, contents, seat)
