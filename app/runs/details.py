"""The folded parts of one run on the Runs page: its settings, its numbers with downloads, the end of its log."""

import json
from collections.abc import Callable

import pandas as pd
import streamlit as st

from app.run_words.settings import setting, value
from app.run_words.words import duration
from app.runs.facts import RunFacts
from app.ui.cached import bases, run_rows
from core.data.by_name import data_names
from core.runs.settings_difference import flat

TAIL = 6_000  # bytes of the log on the page
LISTED = 500  # rows of the table on the page


def show_details(facts: RunFacts) -> None:
    """Settings, numbers with downloads, and the end of the log, folded."""
    rows, name = run_rows(facts.run.folder), facts.run.id
    with st.expander("Settings"):
        st.dataframe(settings(facts), width="stretch", hide_index=True)
        _download("Download the settings (JSON)", lambda: json.dumps(facts.spec, indent=1) + "\n", f"{name}-spec.json")
    with st.expander(f"Numbers ({len(rows):,} rows)", expanded=facts.task not in ("refine", "compare")):
        if rows:
            st.dataframe(pd.json_normalize(rows[-LISTED:]), width="stretch", hide_index=True, height=280)
            if len(rows) > LISTED:
                st.caption(f"The last {LISTED} rows; the downloads hold all.")
            with st.container(horizontal=True):
                _download("Download all as CSV", lambda: pd.json_normalize(rows).to_csv(index=False), f"{name}.csv")
                _download("Download all as JSON", lambda: json.dumps(rows, indent=1), f"{name}.json")
        else:
            st.caption("None yet.")
    with st.expander("Log"):
        st.code(facts.run.log(TAIL) or "Nothing yet.", language=None, height=280, wrap_lines=True)
        took = [f"attempt {facts.status.attempt}"] if facts.status.attempt > 1 else []
        if facts.status.started and facts.status.ended:
            took.append(f"the last attempt took {duration(facts.status.ended - facts.status.started)}")
        if took:
            st.caption(", ".join(took).capitalize() + ".")


def _download(title: str, data: Callable[[], str], file: str) -> None:
    kind = "text/csv" if file.endswith(".csv") else "application/json"
    st.download_button(title, data=data, file_name=file, mime=kind, on_click="ignore")


def settings(facts: RunFacts) -> pd.DataFrame:
    """Every setting of a run, in words."""
    models, data = bases(), data_names()
    named = flat(facts.spec)
    return pd.DataFrame(
        [(setting(name, facts.spec), value(name, entry, facts.spec, models, data)) for name, entry in named.items()],
        columns=["setting", "value"],
    )
