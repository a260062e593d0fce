"""What can be done with a run: stop, resume, compare, refine again, delete."""

from collections.abc import Callable

import streamlit as st

from app.nav import has, page
from app.runs.comparison import reopen
from app.runs.facts import RunFacts
from app.runs.outcome import barren
from app.ui.cached import classifiers
from app.ui.markdown import plain
from app.ui.state import drop, force, kept, remember

SAVE = "Ends after the step it is at and keeps everything, so that it can go on later."
NOW = "Ends within three seconds. What came after the last saved point is lost; from there it can go on later."
RESUME = "Goes on from the last saved point, as if there had been no break."
CURVES = "Shows the curves of this run, and the images gained and lost."
COMPARE = "Puts the model before and after refinement side by side, with the best weights so far."
AGAIN = "Opens Refine with the settings of this run, to change something and start another."


def show_actions(found: RunFacts) -> None:
    """The buttons that make sense now, side by side."""
    with st.container(horizontal=True, vertical_alignment="center"):
        _going(found)
        _onward(found)
        if not found.status.alive:
            with st.popover("Delete", icon=":material/delete:", key=f"delete-{found.run.id}"):
                st.markdown(f"Delete ‘{plain(found.title)}’ with its weights, numbers and log? This cannot be undone.")
                if st.button("Delete this run", key="delete"):
                    _do(found.run.id, lambda: _delete(found))
    if said := kept("run refused", {}).pop(found.run.id, ""):
        st.error(plain(said, 500))


def _delete(found: RunFacts) -> None:
    """Delete the run, and show none; one that cannot be deleted stays where it is."""
    found.run.delete()
    drop("run")


def _going(found: RunFacts) -> None:
    """Stop, or go on."""
    run, asked = found.run, found.status.state == "stopping"
    if found.status.alive:
        if st.button("Stop and save", icon=":material/save:", type="primary", disabled=asked, key="save", help=SAVE):
            _do(run.id, lambda: run.stop("save"))
        if st.button("Stop now", icon=":material/stop_circle:", key="now", help=NOW):
            _do(run.id, lambda: run.stop("now"))
    elif found.resumable and st.button("Resume", icon=":material/play_arrow:", type="primary", key="go", help=RESUME):
        _do(run.id, run.resume)


def _onward(found: RunFacts) -> None:
    """To Compare with what it has made, and to Refine with its settings."""
    asked, poor = found.arguments, barren(found)
    kind = "primary" if found.status.state == "completed" and not poor else "secondary"
    before, after = (asked.get(name) for name in ("before", "after"))  # of a run of Compare
    if found.task == "refine":
        before, after = asked.get("base"), found.refined
    shows = CURVES if found.task == "compare" else COMPARE
    comparable = after and isinstance(before, str) and isinstance(after, str) and has("compare")
    if comparable and st.button("Open in Compare", icon=":material/compare:", type=kind, key="compare", help=shows):
        if found.task == "compare":
            reopen(asked)
        else:
            force("before", before)
            force("after", after)
        classifiers.clear()  # the list may be older than these weights
        st.switch_page(page("compare"), query_params={"before": str(before), "after": str(after)})
    again = found.task == "refine" and not found.damaged
    first = "primary" if poor else "secondary"
    if again and st.button(
        "Refine again with these settings", icon=":material/tune:", type=first, key="again", help=AGAIN
    ):
        remember("refine.again", found.run.id)
        st.switch_page(page("refine"))


def _do(run: str, action: Callable[[], object]) -> None:
    """Do it and draw the page again; a refusal is kept for the next drawing, as a sentence."""
    try:
        action()
    except (ValueError, OSError) as error:
        refused: dict[str, str] = kept("run refused", {})
        refused[run] = str(error)
    st.rerun()
