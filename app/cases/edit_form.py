"""Title, note and tags of a case to change; what was typed stays until it is saved, and nobody's text is lost."""

from dataclasses import dataclass, replace

import streamlit as st

from app.access.allowed import why_not
from app.ui.advice import advice
from app.ui.state import force, keep, kept, prepare
from core.casebook import texts
from core.casebook.casebook import Casebook
from core.casebook.records import ChangedMeanwhile, SavedCase


@dataclass(frozen=True)
class Draft:
    """What stands in the fields, and the revision that it was typed over."""

    revision: int
    title: str
    note: str
    tags: tuple[str, ...]

    def same_text(self, other: "Draft") -> bool:
        return replace(self, revision=other.revision) == other


def show_form(book: Casebook, case: SavedCase, known_tags: tuple[str, ...]) -> None:
    """The fields and Save; where somebody else was faster, both texts side by side."""
    stored = Draft(case.revision, case.title, case.note, case.tags)
    drafts: dict[str, tuple[Draft, Draft]] = kept("case drafts", {})  # uid -> (what stands there, what it began with)
    draft, began = drafts.get(case.uid, (stored, stored))
    if draft.same_text(began) and began != stored:  # nothing was typed: what is new is simply shown
        _renew(case.uid, stored)
        draft = began = stored
    draft = _fields(case.uid, draft, known_tags)
    drafts[case.uid] = (draft, began)
    behind = draft.revision != case.revision
    if behind:
        _conflict(case, draft)
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "Save mine instead" if behind else "Save"
        key = (
            f"over-{case.uid}-{case.revision}" if behind else f"save-{case.uid}"
        )  # a press of one is none of the other
        why = why_not("save", case)
        if st.button(label, type="primary", icon=":material/save:", key=key, disabled=bool(why), help=why or None):
            _save(book, case, replace(draft, revision=case.revision) if behind else draft)
        if not draft.same_text(stored):
            taken = "Take the stored text" if behind else "Undo my changes"
            if st.button(taken, key=f"reset-{case.uid}"):
                _renew(case.uid, stored)
                st.rerun()
            st.caption("Not saved yet.", width="content")
        elif kept("case saved", "") == case.uid:
            st.caption("Saved.", width="content")
    if refusal := kept("case refused", {}).pop(case.uid, ""):
        st.error(refusal)


def _fields(uid: str, draft: Draft, known: tuple[str, ...]) -> Draft:
    key, first = prepare(f"case {uid} title", draft.title)
    title = st.text_input("Title", first, max_chars=texts.TITLE, key=key)
    key, first = prepare(f"case {uid} note", draft.note)
    note = st.text_area("Note", first, max_chars=texts.NOTE, height=150, key=key)
    key, tags = prepare(f"case {uid} tags", list(draft.tags))
    options = list(dict.fromkeys([*tags, *draft.tags, *known]))
    chosen = st.multiselect("Tags", options, tags, key=key, accept_new_options=True, max_selections=texts.TAGS,
                            placeholder="Choose tags, or type new ones",
                            help="Words of your own to find cases by, such as ‘teaching’.")  # fmt: skip
    return Draft(draft.revision, title or "", note or "", tuple(chosen))


def _conflict(case: SavedCase, draft: Draft) -> None:
    """What somebody else has written meanwhile, beside the reader's own, which stays in the fields."""
    with st.container(border=True):
        st.markdown("**Somebody else has changed this case meanwhile.** Their text is on the left; yours is on the "
                    "right and still in the fields above. Nothing is lost before you choose.")  # fmt: skip
        stored = Draft(case.revision, case.title, case.note, case.tags)
        for column, heading, found in zip(st.columns(2), ("Stored now", "Yours"), (stored, draft), strict=True):
            with column:
                st.markdown(f"**{heading}**")
                for name, here, alike in (("Title", found.title, stored.title == draft.title),
                                          ("Note", found.note, stored.note == draft.note),
                                          ("Tags", ", ".join(found.tags), stored.tags == draft.tags)):  # fmt: skip
                    if not alike:
                        st.caption(name)
                        st.text(here or "nothing")
                if stored.same_text(draft):
                    st.caption("The two are alike.")


def _save(book: Casebook, case: SavedCase, draft: Draft) -> None:
    refused: dict[str, str] = kept("case refused", {})
    try:
        saved = book.edit(case.uid, draft.revision, title=draft.title, note=draft.note, tags=draft.tags)
    except ChangedMeanwhile:
        pass  # the page is drawn again, with both texts
    except (ValueError, OSError) as error:
        refused[case.uid] = advice(error, "What you typed is still in the fields.")
    else:
        keep("case saved", case.uid)
        _renew(case.uid, Draft(saved.revision, saved.title, saved.note, saved.tags))
    st.rerun()


def _renew(uid: str, stored: Draft) -> None:
    """Show the stored text in the fields."""
    drafts: dict[str, tuple[Draft, Draft]] = kept("case drafts", {})
    drafts[uid] = (stored, stored)
    for name in ("title", "note", "tags"):
        force(f"case {uid} {name}", None)
