"""A run that a page starts and shows: progress and Stop while it goes on, how it ended, Resume."""

from collections.abc import Callable

import streamlit as st

from app.access.allowed import why_not
from app.ui.advice import advice
from app.ui.markdown import plain
from core.access.permission import visible
from core.runs.run import Run
from core.runs.status import Status

POLL = 2.0  # seconds


@st.fragment(run_every=POLL)
def grow(run: Run, show: Callable[[], bool], nothing_yet: str, key: str) -> None:
    """Progress, Stop and what `show` draws so far, every few seconds. nothing_yet: told while it draws nothing."""
    status = run.status
    if not status.alive or not visible(run.owner):  # ended, or shared no longer
        st.rerun()
    left, right = st.columns([5, 1], vertical_alignment="center")
    with left:
        st.progress(min(status.progress, 1.0), standing(status))
    with right:
        why = why_not("run", run.owner)
        if st.button("Stop", width="stretch", key=key, disabled=status.state == "stopping" or bool(why),
                     help=why or None):  # fmt: skip
            run.stop("save")
            st.rerun(scope="fragment")
    if not show():
        st.caption(nothing_yet)


def standing(status: Status) -> str:
    """What a run that goes on is doing, and how long it takes yet."""
    if status.state == "stopping":
        return "Stopping …"
    if status.state == "queued":
        return plain(status.said or "Queued: another run is using this device", 300)
    words = status.said or "Starting"
    if status.left:
        words += f", about {status.left / 60:.0f} min left" if status.left > 90 else f", about {status.left:.0f} s left"
    return words


def ended(run: Run) -> None:
    """How a run ended, if it has not completed, with a button to go on."""
    status = run.status
    if status.state == "completed":
        return
    if status.state == "failed":
        st.error(f"This run failed: {plain(status.said, 500)}")
    else:
        st.warning(f"{plain(status.said, 200)} What was measured is shown below.")
    why = why_not("run", run.owner)
    if st.button("Resume", disabled=bool(why), help=why or None):
        try:
            run.resume()
        except (ValueError, OSError) as error:
            st.error(advice(error, most=300))
            return
        st.rerun()
