"""‘Save case’ on Inspect and Compare: a title from the verdict, a note, tags; told apart from what is saved already."""

from collections.abc import Callable

import streamlit as st

from app.access.allowed import why_not
from app.cases.words import moment
from app.nav import page
from app.ui.advice import advice
from app.ui.cached import casebook, studies
from app.ui.markdown import plain
from app.ui.state import force, keep, kept, prepare
from core.casebook import texts
from core.casebook.casebook import Casebook
from core.casebook.facts import content_id, suggested_title
from core.casebook.records import CaseFilter, SavedCase, Source
from core.compare.comparison import Comparison
from core.study.study import Study

KEEPS = "Keeps it with a title and notes of your own, to be found again under ‘Cases’."


def save_beside(contents: Study | Comparison, truth: str | int | None, going: bool, show: Callable[[], None]) -> None:
    """The button beside what `show` draws; nothing of either before a study has been attacked.

    truth: the true class, in words or its number; going: parts of it are still being computed.
    """
    compares = isinstance(contents, Comparison)
    if isinstance(contents, Study) and contents.attacked is None:
        return
    labels = contents.studies["before"].labels if isinstance(contents, Comparison) else contents.labels
    left, right = st.columns([1, 4.5], vertical_alignment="center")
    with left:
        words = labels[truth] if isinstance(truth, int) else truth
        held = [*contents.studies.values()] if isinstance(contents, Comparison) else [contents]
        imported = any(studies().imported(each) for each in held)
        save_button(contents, words, "import" if imported else "compare" if compares else "inspect", going)
    with right:
        show()


def save_button(contents: Study | Comparison, label: str | None, source: Source, going: bool = False) -> None:
    """The button with its form; label: the true class in words; going: parts of it are still being computed."""
    why = why_not("save")
    with st.popover("Save case", icon=":material/bookmark_add:", width="stretch", key=f"save-case-{source}",
                    disabled=bool(why), help=why or KEEPS):  # fmt: skip
        try:
            book = casebook()
        except (ValueError, OSError) as error:
            st.warning(advice(error, "So no case can be saved."))
            return
        try:
            with st.container(width=440):
                _form(book, contents, label or "", source, going)
        except (ValueError, OSError) as error:
            st.error(advice(error, "Nothing was saved; what you typed is still in the fields."))


def _form(book: Casebook, contents: Study | Comparison, label: str, source: Source, going: bool) -> None:
    if not (title := suggested_title(contents)):
        st.caption("There is nothing to save before the attack is finished.")
        return
    name = content_id(contents)
    drafts: dict[str, tuple[str, str, list[str]]] = kept("save drafts", {})
    draft = drafts.get(name, (title, "", []))
    if known := book.find(CaseFilter(study_id=name), most=1):
        _already(known[0])
    key, first = prepare(f"save {name} title", draft[0])
    typed = st.text_input("Title", first, max_chars=texts.TITLE, key=key)
    key, first = prepare(f"save {name} note", draft[1])
    note = st.text_area("Note", first, max_chars=texts.NOTE, key=key, placeholder="What is worth remembering?")
    key, tags = prepare(f"save {name} tags", draft[2])
    options = list(dict.fromkeys([*tags, *draft[2], *book.choices().tags]))
    chosen = st.multiselect("Tags", options, tags, key=key, accept_new_options=True, max_selections=texts.TAGS,
                            placeholder="Choose tags, or type new ones")  # fmt: skip
    drafts[name] = (typed or "", note or "", list(chosen))
    if going:
        st.caption("More is being computed; saved now, the case holds what is finished.")
    if st.button("Save as another case" if known else "Save", type="secondary" if known else "primary",
                 icon=":material/save:", key=f"save-{source}"):  # fmt: skip
        case = book.save(contents, title=typed or "", note=note or "", tags=chosen, label=label, source=source)
        keep("case just saved", case.uid)
        st.rerun()


def _already(case: SavedCase) -> None:
    """That it is saved, with the way there."""
    just = kept("case just saved", "") == case.uid
    when = "Saved" if just else f"Saved already, {moment(case)},"
    (st.success if just else st.info)(f"{when} as ‘{plain(case.title, 200)}’.")
    if st.button("Show it under Cases", icon=":material/folder_open:", key=f"to-{case.uid}"):
        force("case", case.uid)
        st.switch_page(page("cases"))
