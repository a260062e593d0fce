"""What every page shares: the model, the device, and adding a model of one's own."""

import streamlit as st

from app.access.allowed import why_not
from app.own_model.dialog import dialog
from app.ui import components
from app.ui.devices import devices
from app.ui.first_models import FIRST_MODELS
from app.ui.keeping import show_unkept
from app.ui.link_notes import replaced
from app.ui.pick_here import known_models, pick_here
from app.ui.state import follow_link, linked, remember, setting
from app.ui.widgets import segments


def follow_history() -> None:
    """Take the settings of the address that the reader went back or forward to.

    Drawn in place: what is in the sidebar, seen or not, has Streamlit draw a rule below the pages there.
    """
    with st.container(key="unseen"):  # app.main takes it out of the page's flow
        if went := components.history("history"):
            follow_link(went)
            st.rerun()


def sidebar(ask: bool = True) -> tuple[str, str]:
    """Draw the shared settings; returns the classifier's name and the device's. ask: whether one model is asked for."""
    show_unkept()
    with st.sidebar:
        follow_history()
        names = known_models(setting("model", FIRST_MODELS[0]))
        shipped = [each for each in FIRST_MODELS if each in names]
        ordered = shipped + [each for each in names if each not in shipped]
        model = setting("model", FIRST_MODELS[0])
        if ask:
            model = pick_here("model", "Model", ordered, FIRST_MODELS[0], names.__getitem__, "model",
                         "Which network to question. Type to search: every ImageNet model of torchvision is there "
                         "too, downloaded when you say so.")  # fmt: skip
        found = devices()
        if linked("device") and setting("device", "cpu") not in found:
            replaced("device", "Runs on", found["cpu"])
            remember("device", "cpu")
        device = segments("device", "Runs on", found, "cpu") if len(found) > 1 else "cpu"
        if len(found) == 1:
            st.caption("Runs on the CPU of this machine.")
        why = why_not("model")
        if st.button("Add a model of your own", width="stretch", disabled=bool(why), help=why or None):
            dialog()
    return model, device
