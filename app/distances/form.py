"""The settings of a search for the smallest changes, drawn as controls in reading order."""

import streamlit as st

from app.measuring.ask import ask_data, ask_model
from app.ui.widgets import number, several
from core.data.by_name import known_data
from core.minimal_distance.area import SEED
from core.minimal_distance.rms_attack import STEPS
from core.runs.tasks.ara import AraRequest

PREFIX = "distances"
MODEL = "cifar10_resnet20:standard"
NORMS = {
    "rms": "mean change of a colour value (RMS)",
    "l2": "length of the whole change (L2)",
    "linf": "largest change of a colour value (L-infinity)",
}


def ask() -> AraRequest:
    """Draw all settings; ValueError in a sentence if they do not go together."""
    model = ask_model(PREFIX, MODEL, "The model whose answers are to be turned.")
    left, right = st.columns(2, gap="medium")
    with left:
        data = ask_data(PREFIX)
    with right:
        count = number(f"{PREFIX}.count", "Number of images", 100, 2, 1_000_000,
                       "Drawn by the seed; all if there are fewer. Each takes some 2,000 passes through the model "
                       "forwards and backwards, minutes on a CPU for a hundred: begin with few.")  # fmt: skip
    norms = several(f"{PREFIX}.norms", "Size of a change, measured as", NORMS, tuple(NORMS),
                    "The accuracy-robustness areas (ARA) are made of the mean change (root mean square, RMS). Each is "
                    "searched for by attacks of its own.")  # fmt: skip
    if not norms:
        raise ValueError("Choose at least one way to measure the size of a change")
    with st.expander("More settings"):
        steps = number(f"{PREFIX}.steps", "Steps of the search in RMS", STEPS, 1, 10_000,
                       "As many as the published numbers took, unless changed. Fewer are faster and find larger "
                       "changes.")  # fmt: skip
        batch = number(f"{PREFIX}.batch", "Images at once", 25, 1, 500,
                       "After each batch the curves grow, and a stop loses nothing.")  # fmt: skip
        seed = number(f"{PREFIX}.seed", "Seed", SEED, 0, 2**31 - 1,
                      f"Which images are drawn; {SEED} draws those of the published numbers.")  # fmt: skip
    return AraRequest(model, data, "test", count, seed, batch, steps, norms, **known_data(data))
