"""The Runs page while it is looked at: the list, the chosen run, and the polling that ends with the last live run."""

from typing import Any

import streamlit as st

from app.runs.actions import show_actions
from app.runs.audit import show_audit
from app.runs.details import show_details
from app.runs.difference import show_difference
from app.runs.facts import RunFacts, facts_of, line
from app.runs.outcome import show_outcome, state
from app.runs.panels import show_curves, show_standing
from app.runs.parts import show_parts
from app.ui import components
from app.ui.cached import bases
from app.ui.markdown import plain
from app.ui.state import remember, setting, write_link
from core.data.by_name import data_names
from core.runs.store import Store

POLL = 2.0  # seconds


def read(store: Store) -> dict[str, RunFacts]:
    """Every run by its id, the newest first; of each the settings and the status are read."""
    models, data = bases(), data_names()
    return {run.id: facts_of(run, models, data) for run in store.runs()}


def show_runs(store: Store) -> None:
    """The list and the chosen run, drawn again every two seconds while any run is going on."""
    going = any(each.status.alive for each in read(store).values())
    st.fragment(_board, run_every=POLL if going else None)(store, going)


def _board(store: Store, polled: bool) -> None:
    runs = read(store)
    going = any(each.status.alive for each in runs.values())
    if going != polled:
        st.rerun()
    if not runs:
        st.info("There are no runs any more.")
        return
    linked = setting("run", "")
    chosen = linked if linked in runs else "" if linked else next(iter(runs))
    picked = components.runs([_line(each) for each in runs.values()], chosen, key="runs")
    if picked and picked != chosen and picked in runs:
        remember("run", picked)
        st.rerun()
    if not chosen:
        st.warning(f"The run ‘{plain(linked, 80)}’ is not here; choose another.")
        return
    _detail(runs[chosen], {key: each for key, each in runs.items() if key != chosen and not each.damaged})


def _line(facts: RunFacts) -> dict[str, Any]:
    """The run as a line of the list, in the state that its result tells."""
    symbol, word = state(facts)
    return line(facts) | {"symbol": symbol, "word": word}


def _detail(facts: RunFacts, others: dict[str, RunFacts]) -> None:
    with st.container(key=f"run-{facts.run.id}"):
        with st.container():  # what grows stays in a container: a button below keeps its place, and a click counts
            show_standing(facts)
        show_actions(facts)
        if facts.damaged:
            show_audit(facts)
            return
        with st.container():
            show_outcome(facts)
            show_curves(facts)
        with_ = show_difference(facts, others) if others else ""
        show_parts(facts)
        show_details(facts)
        show_audit(facts)
    write_link({"run": facts.run.id, "with": with_})
