"""Sets of pictures that experts have marked on the page Cases: a dialog that makes one, for the method that learns by
them."""

import streamlit as st

from app.ui.advice import advice
from app.ui.cached import casebook, classifiers
from app.ui.markdown import plain
from app.ui.state import force
from core.casebook.answers import all_answers
from core.casebook.casebook import Casebook
from core.casebook.expert_regions import gather
from core.casebook.records import SavedCase
from core.objectives.right_reasons import RightReasons
from core.spurious.marked_images import keep

METHOD = RightReasons.key


def marked_pictures(method: str) -> None:
    """The button that makes a set, under the method that learns by one; nothing under others."""
    if method == METHOD and st.button("Make a set from marked cases", icon=":material/draw:"):
        dialog()


@st.dialog("Marked pictures from cases", width="large")
def dialog() -> None:
    """Choose cases on which somebody has marked what should and what should not matter; keep them as a set."""
    st.markdown(
        "Experts mark regions at the end of ‘Present’. Of each case the picture as the model saw it takes part, with "
        "the pixels that at least half of those who marked it agree on."
    )
    try:
        book = casebook()
        cases = marked_cases(book)
    except (ValueError, OSError) as error:
        st.error(advice(error))
        return
    if not cases:
        st.info("No case has been marked yet. Open one on the page Cases, choose ‘Present’, and mark it at the end.")
        return
    models, known = sorted({case.classifier for case in cases}), classifiers()
    model = st.selectbox("Cases of the model", models, format_func=lambda each: known.get(each, each),
                         help="A set is of pictures of one size, so of one model.")  # fmt: skip
    titles = {case.uid: _named(case) for case in cases if case.classifier == model}
    chosen = st.multiselect("Cases", list(titles), list(titles), format_func=titles.__getitem__)
    title = st.text_input("Name of the set", f"{len(chosen)} marked cases", max_chars=100)
    if not st.button("Make the set", type="primary", disabled=not chosen):
        return
    try:
        made = gather(book, chosen, title)
        for reason in made.left_out:
            st.warning(f"Left out: {plain(reason, 400)}.")
        if made.found is None:
            st.error("None of these cases can be used.")
            return
        force(f"{METHOD}.regions", keep(made.found))
    except (ValueError, OSError) as error:
        st.error(advice(error))
        return
    if made.of_test:
        st.warning(f"{made.of_test} of these pictures are test images of a published data set. A model that has learnt "
                   "from them must not be judged on them: leave them out, or measure it on other images.")  # fmt: skip
    if made.left_out or made.of_test:
        st.success(f"A set of {len(made.found):,} pictures was made and is chosen. Close this window to go on.")
    else:
        st.rerun()


def marked_cases(book: Casebook) -> list[SavedCase]:
    """The cases on which somebody has marked something, the newest first."""
    marked = {each.case_uid for each in all_answers(book) if each.relevant is not None or each.spurious is not None}
    return [case for case in book.find() if case.uid in marked]


def _named(case: SavedCase) -> str:
    return f"{case.title}: {case.label or case.answer_before}"
