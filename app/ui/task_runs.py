"""The runs of one task as a page lists them: those there are, the one that is shown, and a new one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.ui.advice import advice
from app.ui.state import drop, force, keep, kept, setting
from app.ui.widgets import pick
from core.runs.run import Run
from core.runs.store import Store

NEW = "new"


@dataclass(frozen=True)
class TaskRuns:
    """task: whose runs. shown: the setting that holds the id of the run on show. word: what such a run is called."""

    task: str
    shown: str
    word: str

    def known(self) -> dict[str, Run]:
        """Id -> every run there is, the newest first; none where runs cannot be read."""
        try:
            return {run.id: run for run in Store.usual().runs() if run.spec.get("task") == self.task}
        except OSError:
            return {}

    def choose(self, known: Mapping[str, Run], titles: Mapping[str, str]) -> Run | None:
        """The run to show, None for a new one. titles: id -> words."""
        if not known and setting(self.shown, NEW) == NEW:
            return None
        options = {NEW: f"A new {self.word}"} | dict(titles)
        chosen = pick(self.shown, self.word.capitalize(), list(options), NEW, options.__getitem__,
                      "Those that were started here or from a shell, the newest first.")  # fmt: skip
        return known.get(chosen)

    def start(self, arguments: Mapping[str, Any], device: str) -> None:
        """Submit it and show it; called before the page is drawn again. A refusal is kept for the page to say."""
        try:
            run = Store.usual().submit(self.task, arguments, device=device)
        except (ValueError, OSError) as error:
            keep(f"{self.task} refused", advice(error, most=400))
            return
        force(self.shown, run.id)

    def begin_anew(self) -> None:
        """Show the form again."""
        drop(self.shown)

    def show_refusal(self) -> None:
        """What kept the last one from being started, once."""
        if said := kept(f"{self.task} refused", ""):
            st.error(said)
            keep(f"{self.task} refused", "")
