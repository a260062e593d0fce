"""The folded parts of one run on the Runs page: its settings, its numbers with downloads, the end of its log."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.run_words.settings import setting, value
from app.run_words.words import duration
from app.runs.facts import RunFacts
from app.ui.cached import bases, run_rows
from core.base.plain_line import plain_line
from core.data.by_name import data_names
from core.runs.settings_difference import flat

TAIL = 6_000  # bytes of the log on the page
LISTED = 500  # rows of the table on the page
COLUMNS = 100
SHOWN_ELSEWHERE = ("refine", "compare", "evaluate", "explainers")  # tasks whose rows curves or a page show


def show_details(facts: RunFacts) -> None:
    """Settings, numbers with downloads, and the end of the log, folded."""
    rows, name = run_rows(facts.run.folder), facts.run.id
    with st.expander("Settings"):
        st.dataframe(settings(facts), width="stretch", hide_index=True)
        _download("Download the settings (JSON)", lambda: json.dumps(facts.spec, indent=1) + "\n", f"{name}-spec.json")
    with st.expander(f"Numbers ({len(rows):,} rows)", expanded=facts.task not in SHOWN_ELSEWHERE):
        if rows:
            st.dataframe(table(rows[-LISTED:]), width="stretch", hide_index=True, height=280)
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


def table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows with their parts side by side; what a table cannot hold as it is, such as a list, as text.

    >>> table([{"step": 0, "parts": {"a": 0.5}}, {"step": 1, "images": [2, 2**70]}]).columns.to_list()
    ['step', 'parts.a', 'images']
    """
    flattened = [flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in flattened for name in row))[:COLUMNS]
    made = pd.DataFrame([[row.get(name) for name in names] for row in flattened], columns=names)
    for name in made.select_dtypes(object).columns:
        made[name] = ["" if value is None else plain_line(str(value), 200) for value in made[name]]
    return made


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
