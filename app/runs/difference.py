"""What differs between two runs, as a table and as their curves over each other."""

import pandas as pd
import streamlit as st

from app.run_words.settings import setting, value
from app.run_words.words import moment
from app.runs import charts as run_charts
from app.runs import series as run_series
from app.runs.facts import RunFacts
from app.runs.outcome import held_out
from app.runs.panels import span
from app.ui.cached import bases, run_rows
from app.ui.markdown import plain
from app.ui.widgets import pick
from core.data.by_name import data_names
from core.runs.settings_difference import difference

NONE = "none"


def name(facts: RunFacts) -> str:
    """A run in a list of runs."""
    return f"{facts.title}, {moment(facts.status.submitted)} ({facts.status.state}, {facts.run.id[-8:]})"


def show_difference(facts: RunFacts, others: dict[str, RunFacts]) -> str:
    """Draw the picker and, once another run is chosen, what differs; returns that run's id or "". others: by id."""
    with st.expander("Difference from another run", expanded=False):
        words = {NONE: "choose a run", **{key: name(each) for key, each in others.items()}}
        chosen = pick("with", "Compare the settings and curves with", list(words), NONE, words.__getitem__)
        if chosen == NONE:
            return ""
        other = others[chosen]
        table = differences(facts, other)
        if table.empty:
            st.markdown("All settings are the same.")
        else:
            st.dataframe(table, width="stretch", hide_index=True)
        _curves(facts, other)
    return chosen


def differences(facts: RunFacts, other: RunFacts) -> pd.DataFrame:
    """Setting, here, there: of everything in which the two specs differ."""
    models, data = bases(), data_names()
    apart = difference(facts.spec, other.spec)
    return pd.DataFrame(
        [(setting(dotted, facts.spec, other.spec), value(dotted, here, facts.spec, models, data),
          value(dotted, there, other.spec, models, data)) for dotted, (here, there) in apart.items()],
        columns=["setting", "this run", "the other run"],
    )  # fmt: skip


def _curves(facts: RunFacts, other: RunFacts) -> None:
    drawn = {}
    end = 1.0
    for title, each in (("this run", facts), ("the other run", other)):
        rows = run_series.whole(run_rows(each.run.folder))
        steps, epochs = span(each, rows)
        end = max(end, epochs)
        whole = [point for point in run_series.losses(rows, steps) if point["part"] == run_series.WHOLE]
        held = [point for point in run_series.held(rows, held_out(each)) if point["weights"] == run_series.WEIGHTS[""]]
        drawn[title] = (whole, held)
    if not all(whole for whole, _ in drawn.values()):
        st.caption("Curves are drawn over each other once both runs have some.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Loss**")
        if difference(*({"objective": each.arguments.get("objective")} for each in (facts, other))):
            st.caption(plain("The methods differ, so the heights of the two losses cannot be compared."))
        named = {title: whole for title, (whole, _) in drawn.items()}
        st.altair_chart(run_charts.both(named, end, kind="part", title="loss"), width="stretch")
    with right:
        st.markdown("**Right on held-out images**")
        named = {title: held for title, (_, held) in drawn.items()}
        if any(named.values()):
            chart = run_charts.both(named, end, kind="images", title="accuracy, %", percent=True)
            st.altair_chart(chart, width="stretch")
            st.caption("Solid: original images. Dashed: attacked images. Weights as trained.")
