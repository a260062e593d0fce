"""A comparison over many test images, as a run: started, followed, stopped, resumed, and its curves while they grow."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.access.allowed import why_not
from app.compare.results import show_curves
from app.ui.advice import advice
from app.ui.markdown import plain
from app.ui.run_panel import ended, grow
from app.ui.state import keep, kept
from core.base.proportion import Proportion
from core.catalog import EXPLAINERS
from core.compare.comparison import Pair
from core.compare.curves import curves
from core.evaluation.strength_sweep import strengths
from core.runs.run import Run
from core.runs.store import Store

NOTHING_YET = "Models and test images are loaded; the first points appear after the first ten images."


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
                  args=(arguments, device), disabled=bool(why_not("run")), help=why_not("run") or None)  # fmt: skip
        if refusal := kept("comparison refused", {}).pop("said", ""):
            st.error(plain(refusal, 400))
        st.caption(
            f"Attacks every image on both models at {len(eps) - 1} strengths, and follows {followed}. It goes on in "
            "the background, also when this page is closed; the curves grow while it works. With this many images a "
            f"share of right answers is uncertain by up to {margin(arguments['count']):.0f} percentage points."
        )
        return None
    if run.status.alive:
        grow(run, lambda: _shown(run, pair, eps), NOTHING_YET, "stop-run")
    else:
        ended(run)
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


def _shown(run: Run, pair: Pair, eps: tuple[float, ...]) -> bool:
    told = _curves(run)
    if told:
        show_curves(told | {"strengths": eps}, pair)
    return bool(told)


def _curves(run: Run) -> dict[str, Any]:
    """What the rows of a run tell; empty if there are none, or none that can be read."""
    try:
        return curves(rows) if (rows := run.metrics) else {}
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError):  # of a damaged folder
        st.warning("The numbers of this run cannot be read. Delete it on the Runs page to measure anew.")
        return {}
