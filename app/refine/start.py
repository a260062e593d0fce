"""The card beside the settings: what will happen, whether it can, what it costs, the start; and the shell command."""

import streamlit as st

from app.access.allowed import may, why_not
from app.nav import page
from app.refine.estimate import show_estimate
from app.refine.plan import plan_words
from app.refine.request import take_preset
from app.refine.shell_command import command
from app.ui.advice import advice
from app.ui.cached import bases, classifier, untrained
from app.ui.link_notes import agree
from app.ui.markdown import plain
from app.ui.places import chosen_place, place_options
from app.ui.state import remember, setting
from app.ui.trouble import ask_download
from core.base.errors import DownloadNeeded
from core.contracts.classifier import Classifier
from core.data.by_name import data_names
from core.refinement.check import check
from core.refinement.request import Refinement
from core.runs.store import Store

GOES_ON = "The run goes on in the background, also when this window is closed. The next page shows it."


def show_start(request: Refinement, device: str) -> None:
    """Draw the card; its button submits the run and goes to its page."""
    preset = setting("refine.preset", "")
    passed, needed = check(request, base_classifier), download_of(request)
    words = plan_words(passed, preset, bases(), data_names())
    possible = not words.refusal and needed is None
    with st.container(border=True):
        st.subheader("This run")
        st.markdown(plain(words.summary, 900))
        with st.container():  # what grows stays in a container: the button below keeps its place, and a click counts
            _deviations(words.changes, preset)
            if needed is not None:
                ask_download(needed)
            elif words.refusal:
                st.error(plain(words.refusal, 600))
            if words.warnings:
                st.warning(plain(words.warnings, 900))
            show_estimate(passed.request, device, possible=possible)
        if st.button("Start this run", type="primary", icon=":material/play_arrow:", width="stretch",
                     disabled=not possible or not may("run"), help=why_not("run") or GOES_ON):  # fmt: skip
            _start(passed.request, device)


def base_classifier(request: Refinement) -> Classifier:
    """What a refinement begins with; ValueError or OSError in one sentence if it cannot be had."""
    return classifier(request.base) if request.start == "base" else untrained(request.base)


def download_of(request: Refinement) -> DownloadNeeded | None:
    """What must be fetched for the base model before it can be refined; None if it is here, or never will be."""
    try:
        base_classifier(request)
    except DownloadNeeded as needed:
        return needed
    except (ValueError, OSError):
        return None
    return None


def show_shell(request: Refinement, device: str) -> None:
    """The same run as a shell command, in the width of the page: wrapped, its options would break in two."""
    st.subheader("The same from a shell")
    st.code(command(request, device) + place_options(), language="sh")


def _deviations(changes: list[str], preset: str) -> None:
    """What was changed from the preset, with a way back."""
    if not changes:
        return
    shown = "; ".join(changes[:4]) + (f"; and {len(changes) - 4} more" if len(changes) > 4 else "")
    st.caption(f"Changed from the preset: {plain(shown, 400)}.")
    if st.button("Back to the preset", type="tertiary", icon=":material/undo:"):
        take_preset(preset)
        st.rerun()


def _start(request: Refinement, device: str) -> None:
    try:
        on, needs = chosen_place()
        run = Store.usual().submit("refine", request.arguments(), device=device, on=on, needs=needs)
    except (ValueError, OSError) as error:
        st.error(advice(error, most=500))
        return
    agree()
    remember("run", run.id)
    st.switch_page(page("runs"), query_params={"run": run.id})
