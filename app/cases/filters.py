"""What of the casebook is shown: a search and a few lists, kept for the session and in the link."""

from collections.abc import Callable, Sequence

import streamlit as st

from app.cases.words import KINDS, attack_title
from app.ui.cached import classifiers
from app.ui.state import force, setting
from app.ui.widgets import pick, text
from core.casebook.records import CaseFilter, Choices

ANY = "any"
SEARCH = "cases.text"
LISTS = ("cases.kind", "cases.model", "cases.attack", "cases.outcome", "cases.defence", "cases.label", "cases.tag")
OUTCOMES = {ANY: "any", "fooled": "fooled", "held": "held"}
DEFENCES = {ANY: "any", "defended": "fooled before, held after", "other": "anything else"}
STATES = {"fooled": True, "held": False, "defended": True, "other": False}


def ask_filters(known: Choices) -> CaseFilter:
    """Draw the search and the lists; what is to be shown."""
    models = classifiers()
    first = st.columns([2, 1, 1.4, 1], gap="small")
    second = st.columns([1, 1.4, 1, 1, 1], gap="small", vertical_alignment="bottom")
    with first[0]:
        words = text(SEARCH, "Find", "Words in the title, the note, the tags, the answers or the picture's name. A "
                     "case is shown if it has all of them.", longest=200)  # fmt: skip
    with first[1]:
        kind = _list("cases.kind", "What", known.kinds, lambda each: KINDS.get(each, each))
    with first[2]:
        model = _list("cases.model", "Model", known.classifiers, lambda each: models.get(each, each))
    with first[3]:
        attack = _list("cases.attack", "Attack", known.attacks, attack_title)
    with second[0]:
        outcome = _state("cases.outcome", "Outcome", OUTCOMES, "Whether the attack reached its aim; where two models "
                         "are compared, on the one before refinement.")  # fmt: skip
    with second[1]:
        defence = _state("cases.defence", "Refinement", DEFENCES, "Where two models are compared: whether only the one "
                         "before refinement is fooled.")  # fmt: skip
    with second[2]:
        label = _list("cases.label", "Labelled", known.labels, str)
    with second[3]:
        tag = _list("cases.tag", "Tag", known.tags, str)
    found = CaseFilter(words, kind, model, attack, STATES.get(outcome), STATES.get(defence), label,
                       (tag,) if tag else ())  # fmt: skip
    with second[4]:
        if st.button("Show all", icon=":material/filter_alt_off:", disabled=found == CaseFilter(), width="stretch"):
            clear()
            st.rerun()
    return found


def clear() -> None:
    """Ask for nothing any more."""
    force(SEARCH, "")
    for name in LISTS:
        force(name, ANY)


def in_link() -> dict[str, str]:
    """What differs from showing all, for the address."""
    asked = {name: setting(name, ANY) for name in LISTS}
    return {SEARCH: setting(SEARCH, "")} | {name: value for name, value in asked.items() if value != ANY}


def _list(name: str, title: str, known: Sequence[str], words: Callable[[str], str]) -> str:
    """A list of the values that cases have; one that is asked for and that none has any more stays on it."""
    asked = setting(name, ANY)
    options = [ANY, *known, *([asked] if asked != ANY and asked not in known else [])]
    chosen = pick(name, title, options, ANY, lambda each: each if each == ANY else words(each))
    return "" if chosen == ANY else chosen


def _state(name: str, title: str, options: dict[str, str], help: str) -> str:
    if setting(name, ANY) not in options:
        force(name, ANY)
    return pick(name, title, list(options), ANY, options.__getitem__, help)
