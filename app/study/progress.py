"""The line that follows a study while it is computed: what it does now, how long it took, and Stop."""

import streamlit as st

from app.access.allowed import may
from app.background.jobs import Job
from app.ui.cached import studies
from app.ui.markdown import plain
from app.ui.state import keep, kept
from app.ui.windows import window
from core.catalog import ATTACKS, EXPLAINERS

POLL, LONGEST = 0.7, 2.5  # seconds between two looks: with nothing else to do, and at most
THEIRS = "Somebody else began this and is watching it; your role does not stop what others do."


def show_progress(job: Job) -> None:
    """Progress and a Stop button while the job runs; one sentence about how it ended otherwise."""
    job.seen(window())
    if job.alive:
        st.fragment(_poll, run_every=pace())(job, job.events)
    elif job.state == "failed":
        st.error(f"This could not be finished: {plain(job.message, 400)} What was finished is shown.")
    elif job.state == "stopped" and job.study.attacked is None:
        st.warning("Stopped before the attack was finished. The button above begins again.")
    elif job.state == "stopped":
        st.warning("Stopped. What was finished is shown; the button above goes on from there.")


def switch(job: Job | None) -> None:
    """Note which job this window shows; the one it showed before is stopped if no other window watches it."""
    last: Job | None = kept("job", None)
    if last is not None and last is not job:
        last.leave(window())
    keep("job", job)


def pace() -> float:
    """Seconds between two looks of a window: more while many studies compute, so that looking does not slow them."""
    return min(LONGEST, POLL * max(1.0, studies().queue.computing / 2))


def _poll(job: Job, seen: int) -> None:
    if job.events != seen or not job.alive:
        st.rerun()
    job.seen(window())
    left, right = st.columns([5, 1], vertical_alignment="center")
    with left:
        st.progress(share(job), _words(job))
    with right:
        theirs = not may("run") and job.of_another(window())
        if st.button("Stop", width="stretch", disabled=theirs or job.state == "stopping", key="stop",
                     help=THEIRS if theirs else None):  # fmt: skip
            job.stop()
            st.rerun(scope="fragment")


def share(job: Job) -> float:
    """How much of a study is done, from 0 to 1."""
    study = job.snapshot()
    parts = 1 + 2 * len(study.case.explainers)
    over = {*study.refused, *study.failed}
    ready = (study.attacked is not None) + 2 * len(over)
    ready += sum(1 + (maps.noise is not None) for key, maps in study.maps.items() if key not in over)
    return min(ready / parts, 1.0)


def waiting(others: int) -> str:
    """What work waits for, by how many others come before it.

    >>> waiting(1), waiting(2)
    ('waiting for another study on this computer', 'waiting for 2 other studies on this computer')
    """
    return f"waiting for {'another study' if others < 2 else f'{others} other studies'} on this computer"


def _words(job: Job) -> str:
    spent = f"{job.seconds:.0f} s, {job.scope.queries:,} questions to the model"
    if job.state == "stopping":
        return f"Stopping … {spent}"
    if job.state == "waiting":
        return f"{waiting(studies().queue.ahead(job)).capitalize()} … {job.seconds:.0f} s"
    stage = job.stage
    if stage is None or stage.stage == "predict":
        return f"Making the model ready … {spent}"
    if stage.stage == "attack":
        return f"Attacking with {ATTACKS[stage.part].title} … {spent}"
    what = "Drawing" if stage.stage == "maps" else "Drawing the controls of"
    return f"{what} {EXPLAINERS[stage.part].title} … {spent}"
