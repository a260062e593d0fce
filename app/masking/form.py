"""The settings of the checks against masked gradients, drawn as controls in reading order."""

import streamlit as st

from app.measuring.ask import ask_data, ask_model, ordered_models
from app.ui.state import setting
from app.ui.widgets import number, pick, text
from core.data.by_name import known_data
from core.runs.tasks.masking import MaskingRequest

PREFIX = "masking"
MODEL = "mnist_cnn:lime_guided"
NONE = "none"


def ask() -> MaskingRequest:
    """Draw all settings; ValueError in a sentence if they do not go together."""
    left, right = st.columns(2, gap="medium")
    with left:
        model = ask_model(PREFIX, MODEL, "The model to look at. Three teaching examples are masked on purpose: see "
                          "them fail.")  # fmt: skip
        data = ask_data(PREFIX, "mnist")
    with right:
        others = {NONE: "none"} | ordered_models(setting(f"{PREFIX}.surrogate", NONE))
        second = pick(f"{PREFIX}.surrogate", "A second model", list(others), NONE, others.__getitem__,
                      "Attacked pictures are made with it and shown to the first: fooled by them, but not by its own, "
                      "a model hides. It takes the same images and classes.")  # fmt: skip
        count = number(f"{PREFIX}.count", "Number of images", 100, 10, 100_000,
                       "Drawn by the seed. Few images tell little: many checks then cannot be decided.")  # fmt: skip
    with st.expander("More settings"):
        typed = text(f"{PREFIX}.eps", "Strength, of 255 (empty: as usual)", "The largest change of a colour value. As "
                     "usual: 51 on digits, else 8.")  # fmt: skip
        queries = number(f"{PREFIX}.queries", "Tries of Square", 1000, 1, 20_000, "How often the attack that looks "
                         "only at scores may ask the model.")  # fmt: skip
        batch = number(f"{PREFIX}.batch", "Images at once", 100, 1, 500)
        seed = number(f"{PREFIX}.seed", "Seed", 0, 0, 2**31 - 1, "Which images are drawn, and what the checks draw.")
    try:
        eps = float(typed) / 255 if typed else None
    except ValueError as error:
        raise ValueError(f"expected the strength as a number, got {typed[:40]!r}") from error
    return MaskingRequest(model, data, eps, "" if second == NONE else second, "test", count, batch, queries, seed,
                          **known_data(data))  # fmt: skip
