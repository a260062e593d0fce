"""The card beside the settings: what will happen, whether it can, what it costs, the start; and the shell command."""

import streamlit as st

from app.nav import page
from app.refine.estimate import show_estimate
from app.refine.plan import changed, command, problem, summary
from app.refine.request import Asked, take_preset
from app.ui.cached import bases, classifier, untrained
from app.ui.markdown import plain
from app.ui.state import remember, setting
from core.base.paths import home
from core.contracts.objective import Adversarial
from core.data.by_name import data_facts, data_names, known_data, misfit, other_classes
from core.runs.store import Store
from core.training.warnings import warnings_before


def show_start(asked: Asked) -> None:
    """Draw the card; its button submits the run and goes to its page."""
    models, data = bases(), data_names()
    with st.container(border=True):
        st.subheader("This run")
        refusal, warning, count = obstacle(asked)
        st.markdown(plain(summary(asked, models, data, count), 900))
        with st.container():  # what grows stays in a container: the button below keeps its place, and a click counts
            _deviations(asked)
            if refusal:
                st.error(plain(refusal, 600))
            if warning:
                st.warning(plain(warning, 900))
            show_estimate(asked, possible=not refusal)
        if st.button("Start this run", type="primary", icon=":material/play_arrow:", width="stretch",
                     disabled=bool(refusal), help="The run goes on in the background, also when this window is closed. "
                     "The next page shows it."):  # fmt: skip
            _start(asked)


def show_shell(asked: Asked) -> None:
    """The same run as a shell command, in the width of the page: wrapped, its options would break in two."""
    st.subheader("The same from a shell")
    st.code(command(asked), language="sh")


def obstacle(asked: Asked) -> tuple[str, str, int | None]:
    """Why this cannot be started, and what to beware of, in sentences, "" for nothing; and how many training images
    the data set has, if known.
    """
    count = None
    try:
        facts = data_facts(asked.data)
        if facts is None:
            return problem(asked, None), "These images are not on this machine yet: the run fetches them first.", None
        count = facts.counts.get("train", 0)
        if count == 0:
            return "This data set has no training images.", "", 0
        model = classifier(asked.base) if asked.start == "base" else untrained(asked.base)
    except (ValueError, OSError) as error:
        return str(error).rstrip(".") + ".", "", count
    if said := misfit(model, facts):
        return f"This model and these images do not fit: {said}. Choose another model or another data set.", "", count
    hard = asked.start == "scratch" and isinstance(asked.objective, Adversarial)
    beware = warnings_before(model, asked.data, asked.schedule, hard=hard)
    if asked.start == "base" and asked.data != model.samples and (other := other_classes(model, facts)):
        beware = [f"{other[:1].upper()}{other[1:]}.", *beware]
    return problem(asked, count), " ".join(beware), count


def _deviations(asked: Asked) -> None:
    """What was changed from the preset, with a way back."""
    preset = setting("refine.preset", "")
    if found := changed(asked, preset, bases(), data_names()):
        shown = "; ".join(found[:4]) + (f"; and {len(found) - 4} more" if len(found) > 4 else "")
        st.caption(f"Changed from the preset: {plain(shown, 400)}.")
        if st.button("Back to the preset", type="tertiary", icon=":material/undo:"):
            take_preset(preset)
            st.rerun()


def _start(asked: Asked) -> None:
    try:
        arguments = asked.arguments | known_data(asked.data)
        run = Store(home() / "runs").submit("refine", arguments, device=asked.device)
    except (ValueError, OSError) as error:
        st.error(plain(str(error), 500))
        return
    remember("run", run.id)
    st.switch_page(page("runs"), query_params={"run": run.id})
