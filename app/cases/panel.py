"""The panel of one case: what came of it, its pictures, what people wrote, and where it can be opened."""

import streamlit as st

from app.access.allowed import people_sign_in
from app.access.sharing import share_button
from app.cases.answers import show_answers
from app.cases.deletion import delete_button, restore_button
from app.cases.downloads import download_buttons
from app.cases.edit_form import show_form
from app.cases.expert_overlap import show_expert_overlap
from app.cases.open_case import open_button
from app.cases.pictures import show_comparison, show_image
from app.cases.present_button import present_button
from app.cases.words import attack_title, limit, moment
from app.ui.advice import advice
from app.ui.cached import classifiers
from app.ui.cached_pictures import case_contents
from app.ui.markdown import plain
from core.casebook.answers import answers_of
from core.casebook.casebook import Casebook
from core.casebook.owners import share
from core.casebook.records import SavedCase
from core.compare.comparison import Comparison
from core.study.study import Study


def show_case(book: Casebook, uid: str) -> None:
    """The case of this name, or a sentence that there is none."""
    try:
        case = book.get(uid)
    except ValueError:
        st.warning(f"The case ‘{plain(uid, 40)}’ is not here; choose another.")
        return
    with st.container(key=f"case-{case.uid}"):
        st.subheader(plain(case.title, 200))
        st.caption(plain(facts(case), 600))
        if case.deleted is not None:
            st.warning("This case was deleted. It can be restored.")
            restore_button(book, case, "restore")
            return
        contents = _contents(book, case)
        _actions(book, case, contents)
        left, right = st.columns([1.5, 1], gap="medium")
        with right:
            show_form(book, case, book.choices().tags)
            show_answers(book, case.uid)
        with left:
            if isinstance(contents, Comparison):
                show_comparison(contents, case)
            elif contents is not None:
                show_image(contents, case)
        if contents is not None:
            show_expert_overlap(answers_of(book, case.uid), contents)


def facts(case: SavedCase) -> str:
    """What it is of, in a few short sentences."""
    titles = classifiers()
    models = f"Model: {titles.get(case.classifier, case.classifier)}"
    if case.classifier_after:
        after = titles.get(case.classifier_after, case.classifier_after)
        models = f"{models.replace('Model', 'Before refinement')}. After refinement: {after}"
    label = f", labelled {case.label}" if case.label and case.label not in case.image_name else ""
    attack = f"Attack: {attack_title(case.attack)}, {limit(case)}"
    whose = "" if not case.owner or not people_sign_in() else f" by {case.owner_name or 'somebody'}"
    shared = ", shared with everybody here" if whose and case.shared else ", not shared" if whose else ""
    saved = f"Saved {moment(case)}{whose}{shared} as case {case.uid}."
    return f"Picture: {case.image_name}{label}. {models}. {attack}. {saved}"


def _contents(book: Casebook, case: SavedCase) -> Study | Comparison | None:
    """What was computed; None, with a sentence, if its files are not as they were written."""
    try:
        return case_contents(str(book.folder(case.uid)), case.kind)
    except (ValueError, OSError) as error:
        st.error(advice(error, "The pictures and maps of this case cannot be shown; what was written about it is "
                        "kept."))  # fmt: skip
        return None


def _actions(book: Casebook, case: SavedCase, contents: Study | Comparison | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if contents is not None:
            open_button(case, contents)
            present_button(case)
            download_buttons(book, [case.uid], f"counterproof-case-{case.uid}", f"export-{case.uid}")
        share_button(case, case.shared, "save", lambda everyone: share(book, case.uid, everyone), case.uid)
        delete_button(book, [case], "Delete", key=f"delete-{case.uid}")
