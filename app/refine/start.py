"""The card beside the settings: what will happen, whether it can, what it costs, the start; and the shell command."""

import streamlit as st

from app.nav import page
from app.refine.estimate import show_estimate
from app.refine.plan import changed, command, summary, too_few
from app.refine.request import take_preset
from app.ui.cached import base_classifier, bases
from app.ui.markdown import plain
from app.ui.state import remember, setting
from core.data.by_name import data_names
from core.runs.store import Store
from core.training.check import Check, check
from core.training.refinement import Refinement


def show_start(request: Refinement, device: str) -> None:
    """Draw the card; its button submits the run and goes to its page."""
    passed = check(request, base_classifier)
    with st.container(border=True):
        st.subheader("This run")
        st.markdown(plain(summary(request, bases(), data_names(), passed.count), 900))
        with st.container():  # what grows stays in a container: the button below keeps its place, and a click counts
            _deviations(request)
            if passed.cause:
                st.error(plain(_advice(request, passed), 600))
            if warnings := _warnings(passed):
                st.warning(plain(warnings, 900))
            show_estimate(request, device, possible=not passed.cause)
        if st.button("Start this run", type="primary", icon=":material/play_arrow:", width="stretch",
                     disabled=bool(passed.cause), help="The run goes on in the background, also when this window is "
                     "closed. The next page shows it."):  # fmt: skip
            _start(request, device)


def show_shell(request: Refinement, device: str) -> None:
    """The same run as a shell command, in the width of the page: wrapped, its options would break in two."""
    st.subheader("The same from a shell")
    st.code(command(request, device), language="sh")


def _advice(request: Refinement, passed: Check) -> str:
    """Why it cannot be started, and what to do about it on this page."""
    if passed.cause == "too few":
        return too_few(request, passed.count)
    if passed.cause == "misfit":
        return (f"This model and these images do not fit: {passed.refusal}. Choose another model or another data "
                "set.")  # fmt: skip
    return f"{passed.refusal[:1].upper()}{passed.refusal[1:].rstrip('.')}."


def _warnings(passed: Check) -> str:
    if not passed.here:
        return "These images are not on this machine yet: the run fetches them first."
    return " ".join(passed.warnings)


def _deviations(request: Refinement) -> None:
    """What was changed from the preset, with a way back."""
    preset = setting("refine.preset", "")
    if differences := changed(request, preset, bases(), data_names()):
        shown = "; ".join(differences[:4]) + (f"; and {len(differences) - 4} more" if len(differences) > 4 else "")
        st.caption(f"Changed from the preset: {plain(shown, 400)}.")
        if st.button("Back to the preset", type="tertiary", icon=":material/undo:"):
            take_preset(preset)
            st.rerun()


def _start(request: Refinement, device: str) -> None:
    try:
        run = Store.usual().submit("refine", request.pinned().arguments(), device=device)
    except (ValueError, OSError) as error:
        st.error(plain(str(error), 500))
        return
    remember("run", run.id)
    st.switch_page(page("runs"), query_params={"run": run.id})
