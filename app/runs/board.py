"""The Runs page while it is looked at: the list, the chosen run, and the polling that ends with the last live run."""

from typing import Any

import streamlit as st

from app.runs.actions import show_actions
from app.runs.difference import show_difference
from app.runs.facts import RunFacts, facts, line
from app.runs.outcome import show_outcome, state
from app.runs.panels import show_curves, show_details, show_standing
from app.ui import components
from app.ui.cached import bases
from app.ui.state import remember, setting, write_link
from core.data.by_name import data_names
from core.runs.store import Store

POLL = 2.0  # seconds


def read(store: Store) -> dict[str, RunFacts]:
    """Every run by its id, the newest first; of each the settings and the status are read."""
    models, data = bases(), data_names()
    return {run.id: facts(run, models, data) for run in store.runs()}


def show_runs(store: Store) -> None:
    """The list and the chosen run, drawn again every two seconds while any run is going on."""
    going = any(found.status.alive for found in read(store).values())
    st.fragment(_board, run_every=POLL if going else None)(store, going)


def _board(store: Store, polled: bool) -> None:
    found = read(store)
    going = any(each.status.alive for each in found.values())
    if going != polled:
        st.rerun()
    if not found:
        st.info("There are no runs any more.")
        return
    asked = setting("run", "")
    chosen = asked if asked in found else next(iter(found))
    picked = components.runs([_line(each) for each in found.values()], chosen, key="runs")
    if picked and picked != chosen and picked in found:
        remember("run", picked)
        st.rerun()
    if asked and asked not in found:
        st.warning("The run of this link is not here any more; the newest one is shown.")
    _detail(found[chosen], {key: each for key, each in found.items() if key != chosen and not each.damaged})


def _line(found: RunFacts) -> dict[str, Any]:
    """The run as a line of the list, in the state that its result tells."""
    symbol, word = state(found)
    return line(found) | {"symbol": symbol, "word": word}


def _detail(found: RunFacts, others: dict[str, RunFacts]) -> None:
    with st.container(key=f"run-{found.run.id}"):
        with st.container():  # what grows stays in a container: a button below keeps its place, and a click counts
            show_standing(found)
        show_actions(found)
        if found.damaged:
            return
        with st.container():
            show_outcome(found)
            show_curves(found)
        with_ = show_difference(found, others) if others else ""
        show_details(found)
    write_link({"run": found.run.id, "with": with_})
