"""A comparison over many test images, as a run: started, followed, stopped, resumed, and its curves while they grow."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.compare.results import show_curves
from app.ui.advice import advice
from app.ui.markdown import plain
from app.ui.state import keep, kept
from core.base.proportion import Proportion
from core.catalog import EXPLAINERS
from core.compare.comparison import Pair
from core.compare.curves import curves
from core.evaluation.strength_sweep import strengths
from core.runs.run import Run
from core.runs.status import Status
from core.runs.store import Store

POLL = 2.0  # seconds


def run_of(arguments: Mapping[str, Any]) -> Run | None:
    """The newest run that was asked exactly this; None where runs cannot be read."""
    try:
        runs = Store.usual().runs()
    except OSError:
        return None
    for run in runs:
        spec = run.spec
        if spec.get("task") == "compare" and spec.get("arguments") == arguments:
            return run
    return None


def show_run(arguments: dict[str, Any], pair: Pair, device: str) -> dict[str, Any] | None:
    """Start, progress and curves; returns what is known so far, None before there is any."""
    try:
        eps = strengths(pair.attack)
    except ValueError as error:
        st.info(f"{advice(error, most=300)}.")
        return None
    run = run_of(arguments)
    explainer = arguments["explainer"]
    followed = f"the map chosen above, {EXPLAINERS[explainer['method']].title}" if explainer else "no map"
    if run is None:
        st.button(f"Measure both on {arguments['count']:,} test images", type="primary", on_click=_start,
                  args=(arguments, device))  # fmt: skip
        if refusal := kept("comparison refused", {}).pop("said", ""):
            st.error(plain(refusal, 400))
        st.caption(
            f"Attacks every image on both models at {len(eps) - 1} strengths, and follows {followed}. It goes on in "
            "the background, also when this page is closed; the curves grow while it works. With this many images a "
            f"share of right answers is uncertain by up to {margin(arguments['count']):.0f} percentage points."
        )
        return None
    if run.status.alive:
        _grow(run, pair, eps)
    else:
        _ended(run)
    told = _curves(run)
    if not told:
        return None
    seen = told | {"strengths": eps}
    if not run.status.alive:
        show_curves(seen, pair)
    return seen


def _start(arguments: dict[str, Any], device: str) -> None:
    """Called before the page is drawn again, so that maps that grow meanwhile cannot push the click aside."""
    try:
        Store.usual().submit("compare", arguments, device=device)
    except (ValueError, OSError) as error:
        keep("comparison refused", {"said": str(error)})


def margin(count: int) -> float:
    """Half the width of the widest 95 % interval that a share of `count` can have, in percentage points.

    >>> round(margin(200), 1), round(margin(1000), 1)
    (6.9, 3.1)
    """
    low, high = Proportion(count // 2, count).interval
    return 50 * (high - low)


@st.fragment(run_every=POLL)
def _grow(run: Run, pair: Pair, eps: tuple[float, ...]) -> None:
    """Progress, Stop and the curves so far, drawn again every few seconds."""
    status = run.status
    if not status.alive:
        st.rerun()
    left, right = st.columns([5, 1], vertical_alignment="center")
    with left:
        st.progress(min(status.progress, 1.0), _standing(status))
    with right:
        if st.button("Stop", width="stretch", key="stop-run", disabled=status.state == "stopping"):
            run.stop("save")
            st.rerun(scope="fragment")
    if told := _curves(run):
        show_curves(told | {"strengths": eps}, pair)
    else:
        st.caption("Models and test images are loaded; the first points appear after the first ten images.")


def _curves(run: Run) -> dict[str, Any]:
    """What the rows of a run tell; empty if there are none, or none that can be read."""
    try:
        return curves(rows) if (rows := run.metrics) else {}
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError):  # of a damaged folder
        st.warning("The numbers of this run cannot be read. Delete it on the Runs page to measure anew.")
        return {}


def _standing(status: Status) -> str:
    if status.state == "stopping":
        return "Stopping …"
    if status.state == "queued":
        return "Queued: another run is using this device."
    words = status.said or "Starting"
    if status.left:
        words += f", about {status.left / 60:.0f} min left" if status.left > 90 else f", about {status.left:.0f} s left"
    return words


def _ended(run: Run) -> None:
    status = run.status
    if status.state == "completed":
        return
    if status.state == "failed":
        st.error(f"This run failed: {plain(status.said, 500)}")
    else:
        st.warning(f"{plain(status.said, 200)} What was measured is shown below.")
    if st.button("Resume"):
        try:
            run.resume()
        except (ValueError, OSError) as error:
            st.error(advice(error, most=300))
            return
        st.rerun()
