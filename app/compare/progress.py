"""The line that follows a comparison while it is computed, with one Stop for all of it."""

import streamlit as st

from app.access.allowed import may
from app.background.comparisons import PairStudies
from app.background.jobs import Work
from app.study.progress import THEIRS, pace, share, waiting
from app.ui.cached import comparisons, studies
from app.ui.markdown import plain
from app.ui.state import keep, kept
from app.ui.windows import window
from core.compare.comparison import SIDES, Side
from core.compare.words import NAMES


def show_progress(together: PairStudies) -> bool:
    """Progress and Stop while it runs; one sentence about how it ended, if not well. Whether it is to go on."""
    for work in together.works:
        work.seen(window())
    if together.alive:
        st.fragment(_poll, run_every=pace())(together, together.events)
        return False
    if failed := next((work for work in together.works if work.state == "failed"), None):
        st.error(f"This could not be finished: {plain(failed.message, 400)} What was finished is shown.")
    elif any(work.state == "stopped" for work in together.works):
        st.warning("Stopped. What was finished is shown.")
    else:
        return False
    return st.button("Resume", key="go-on-compare")


def switch(together: PairStudies | None) -> None:
    """Note what this window shows; what it showed before is stopped if no other window watches it."""
    works = together.works if together else []
    last: list[Work] = kept("works", [])
    for work in last:
        if work not in works:
            work.leave(window())
    keep("works", works)


def _poll(together: PairStudies, seen: int) -> None:
    if together.events != seen or not together.alive:
        st.rerun()
    for work in together.works:
        work.seen(window())
    left, right = st.columns([5, 1], vertical_alignment="center")
    with left:
        st.progress(*_standing(together))
    with right:
        theirs = not may("run") and any(work.of_another(window()) for work in together.works)
        if st.button("Stop", width="stretch", disabled=theirs, key="stop-compare", help=THEIRS if theirs else None):
            together.stop()
            st.rerun(scope="fragment")


def _doing(together: PairStudies, side: Side) -> str:
    """What is being done for one model."""
    if together.jobs[side].state == "waiting":
        return waiting(studies().queue.ahead(together.jobs[side]))
    study = together.jobs[side].study
    if study.attacked is None:
        return "attacking"
    missing = [each.title for each in together.comparison.pair.explainers if each.key not in study.maps]
    return f"drawing {missing[0]}" if missing else "measuring the controls"


def _standing(together: PairStudies) -> tuple[float, str]:
    """How much is done, and what is being done now."""
    done = [share(together.jobs[side]) for side in SIDES]
    explainers = len(together.comparison.pair.explainers)
    crossings = together.comparison.crossings.values()
    crossed = sum((each.prediction is not None) + (each.reach is not None) + len(each.maps) for each in crossings)
    part = (sum(done) + crossed / (4 + 2 * explainers)) / 3
    seconds = max(work.seconds for work in together.works)
    if any(work.state == "stopping" for work in together.works):
        return min(part, 1.0), f"Stopping … {seconds:.0f} s"
    lines = []
    for side in SIDES:
        job = together.jobs[side]
        if job.alive:
            lines.append(f"{NAMES[side].lower()}: {_doing(together, side)}")
    if not lines and together.crossing is not None and together.crossing.state == "waiting":
        lines.append(waiting(comparisons().queue.ahead(together.crossing)))
    elif not lines:
        lines.append("showing each model the image made for the other")
    return min(part, 1.0), f"{'; '.join(lines).capitalize()} … {seconds:.0f} s"
