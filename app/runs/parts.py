"""The parts of a run that is divided, on the Runs page: how each stands, where it works, and what it says."""

from pathlib import Path

import pandas as pd
import streamlit as st

from app.run_words.words import STATES, duration
from app.runs.facts import RunFacts
from core.base.plain_line import plain_line
from core.runs.parts.folders import part_folders, parts_of
from core.runs.run import Run
from core.runs.status import read_status, written

LISTED = 200  # parts in the table
ASKED = 20  # parts whose engine is asked about them; of others what they themselves have said last
SHORT = 8  # parts that are shown without scrolling
SOME = "{} of {:,} that are begun: those that ended before their time first, then those at work."
ORDER = ("failed", "lost", "unreadable", "stopped", "stopping", "running", "starting", "queued", "completed")


def show_parts(facts: RunFacts) -> None:
    """The parts in a table, folded, read only while it is open; nothing for a run that makes all by itself."""
    of = parts_of(facts.spec)
    if of < 2:
        return
    fold = st.expander(f"Parts ({of:,})", key=f"parts-{facts.run.id}", on_change="rerun")
    if not fold.open:
        return
    with fold:
        found = table(facts.run.folder)
        if found.empty:
            st.caption("None is begun yet.")
            return
        shown = found.head(LISTED)
        st.dataframe(shown, width="stretch", hide_index=True, height=330 if len(shown) > SHORT else "content")
        if len(found) > LISTED:
            st.caption(SOME.format(LISTED, len(found)))


def table(folder: Path) -> pd.DataFrame:
    """A row for each part of the run in `folder` that is begun: those that need a look first, then those at work."""
    rows, asked = [], 0
    for number, place in part_folders(folder).items():
        run, status = Run(place), written(place)
        if status.alive and asked < ASKED:
            asked, status = asked + 1, read_status(place, wait=0.0)
        took = status.ended - status.started if status.started and status.ended else None
        words = " ".join(filter(None, (status.said, f"Attempt {status.attempt}." if status.attempt > 1 else "")))
        rows.append((
            ORDER.index(status.state), number + 1, " ".join(STATES[status.state]),
            ", on ".join(filter(None, (run.place, status.host))), f"{100 * status.progress:.0f} %",
            "" if took is None else duration(took), plain_line(words, 300),
        ))  # fmt: skip
    named = ["part", "state", "where", "done", "took", "what it says"]
    return pd.DataFrame([row[1:] for row in sorted(rows)], columns=named)
