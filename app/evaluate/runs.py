"""Evaluations as runs: those there are, the one that is shown, and a new one."""

from collections.abc import Mapping

import streamlit as st

from app.ui.advice import advice
from app.ui.state import drop, force, keep, kept, setting
from app.ui.widgets import pick
from core.robustness.request import Evaluation
from core.runs.run import Run
from core.runs.store import Store

NEW = "new"
SHOWN = "evaluation"  # the setting that holds the id of the run on show


def evaluations() -> dict[str, Run]:
    """Id -> every evaluation there is, the newest first; none where runs cannot be read."""
    try:
        return {run.id: run for run in Store.usual().runs() if run.spec.get("task") == "evaluate"}
    except OSError:
        return {}


def choose(known: Mapping[str, Run], titles: Mapping[str, str]) -> Run | None:
    """The evaluation to show, None for a new one. titles: id -> words."""
    if not known and setting(SHOWN, NEW) == NEW:
        return None
    options = {NEW: "A new evaluation"} | dict(titles)
    chosen = pick(SHOWN, "Evaluation", list(options), NEW, options.__getitem__,
                  "Those that were started here or from a shell, the newest first.")  # fmt: skip
    return known.get(chosen)


def start(asked: Evaluation, device: str) -> None:
    """Submit it and show it; called before the page is drawn again. A refusal is kept for the page to say."""
    try:
        run = Store.usual().submit("evaluate", asked.arguments(), device=device)
    except (ValueError, OSError) as error:
        keep("evaluation refused", advice(error, most=400))
        return
    force(SHOWN, run.id)


def begin_anew() -> None:
    """Show the form again."""
    drop(SHOWN)


def show_refusal() -> None:
    """What kept the last evaluation from being started, once."""
    if said := kept("evaluation refused", ""):
        st.error(said)
        keep("evaluation refused", "")
