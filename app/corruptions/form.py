"""The settings of a measurement under common corruptions, drawn as controls in reading order."""

import streamlit as st

from app.measuring.ask import ask_data, ask_models
from app.ui.link_notes import replaced
from app.ui.markdown import plain
from app.ui.state import remember, setting
from app.ui.widgets import choose, number
from core.base.errors import Unavailable, Unreadable
from core.data.by_name import known_data
from core.data.published_corruptions import published_corruptions
from core.runs.tasks.corruptions import CorruptionsRequest

PREFIX = "corruptions"
MODELS = ("cifar10_resnet20:standard", "cifar10_resnet20:adversarial")
MADE = "made"
OFFICIAL = {"cifar10": "CIFAR-10-C", "cifar100": "CIFAR-100-C"}  # data -> the published files made from its images
SOURCE = "Corrupted images"


def ask() -> CorruptionsRequest:
    """Draw all settings; ValueError in a sentence if they do not go together."""
    models = ask_models(PREFIX, MODELS, "All are measured on the same images, and must take images of the same size. "
                        "The first is the baseline: the others are compared with it.")  # fmt: skip
    left, right = st.columns(2, gap="medium")
    with left:
        data = ask_data(PREFIX)
    with right:
        count = number(f"{PREFIX}.count", "Number of images", 200, 10, 1_000_000,
                       "The first of the test images; all if there are fewer. Each is looked at as it is and under 15 "
                       "corruptions at 5 severities. More take longer and narrow the intervals.")  # fmt: skip
    official = _ask_source(data)
    with st.expander("More settings"):
        batch = number(f"{PREFIX}.batch", "Images at once", 100, 1, 1000,
                       "After each batch the results grow, and a stop loses nothing.")  # fmt: skip
        seed = number(f"{PREFIX}.seed", "Seed", 0, 0, 2**31 - 1,
                      "What the corruptions draw, such as the noise. Published images are not drawn.")  # fmt: skip
    return CorruptionsRequest(models, data, count, batch, seed, official, **known_data(data))


def _ask_source(data: str) -> str:
    """Where the corrupted images come from: the name of the published files, or "" for made here."""
    name, official = f"{PREFIX}.source", OFFICIAL.get(data, "")
    trouble = missing(official) if official else ""
    if not official or trouble:
        if setting(name, MADE) != MADE:
            replaced(name, SOURCE, "made here")
        remember(name, MADE)
        st.markdown(f"**{SOURCE}** are made here, from these images, by the published recipe.")
        if trouble:
            st.caption(trouble)
        return ""
    words = {MADE: "made here, from these images", official: f"the published files {official}"}
    chosen = choose(name, SOURCE, words, MADE, "Both follow the same recipe. Numbers on the published files are those "
                    "to compare with papers.")  # fmt: skip
    return "" if chosen == MADE else chosen


def missing(official: str) -> str:
    """Why the published files cannot be read here and how they can be had, in sentences; "" if they can be."""
    try:
        published_corruptions(official)
    except Unavailable as error:
        return (f"The published files {official} are not on this machine. `counterproof corruptions` with `--official "
                f"{official} --fetch` brings them here (2.9 GB). Or: {plain(error.advice, 300)}")  # fmt: skip
    except Unreadable as error:
        return f"The published files {official} cannot be used: {plain(str(error), 300)}."
    return ""
