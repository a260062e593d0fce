"""The settings of an evaluation, drawn as controls in reading order."""

import math
from typing import Any

import streamlit as st

from app.measuring.ask import ask_data, ask_models
from app.measuring.ask_attacks import ask_parameters, ask_preset, attacks_to_choose, numbers, take_attacks, take_name
from app.ui.first_models import FIRST_MODELS
from app.ui.state import force, setting
from app.ui.widgets import Control, number, several, text
from app.ui.widgets import ask as ask_one
from core.base.params import to_spec
from core.base.units import from_255ths, typed_255ths
from core.catalog import ATTACKS
from core.data.by_name import known_data
from core.robustness.presets import PRESETS
from core.robustness.request import NORMS, Evaluation

PREFIX = "evaluate"


def ask() -> Evaluation:
    """Draw all settings; ValueError in a sentence if they do not go together."""
    ask_preset(PREFIX, PRESETS, take, ("attacks", "models", "data", "strengths", "lengths"))
    models = ask_models(PREFIX, FIRST_MODELS[:2],
                        "All are measured on the same images, and must take images of the same size.")  # fmt: skip
    left, right = st.columns(2, gap="medium")
    with left:
        data = ask_data(PREFIX)
    with right:
        count = number(f"{PREFIX}.count", "Number of images", 200, 10, 1_000_000,
                       "Drawn by the seed; all if there are fewer. More take longer and narrow the "
                       "intervals.")  # fmt: skip
    chosen = several(f"{PREFIX}.attacks", "Attacks", attacks_to_choose(NORMS), ("fgsm", "pgd", "square"),
                     "Each looks in its own way for a change that gives a wrong answer. The worst of them counts, "
                     "image by image.")  # fmt: skip
    strengths, lengths = _ask_strengths(chosen)
    attacks = ask_parameters(PREFIX, chosen)
    with st.expander("More settings"):
        standing = ask_one(f"{PREFIX}.only_standing", Control(
            "Give each attack only what those before it have left",
            "Faster. The worst case stays what it is; single attacks are then not told.", False))  # fmt: skip
        batch = number(f"{PREFIX}.batch", "Images at once", 50, 1, 500, "After each batch the curves grow, and a stop "
                       "loses nothing.")  # fmt: skip
        seed = number(f"{PREFIX}.seed", "Seed", 0, 0, 2**31 - 1, "Which images are drawn, and what attacks draw.")
        title = text(f"{PREFIX}.title", "Name (optional)", "Shown in the list of evaluations and of runs.")
    return Evaluation(
        tuple(models), data, tuple(map(to_spec, attacks)), strengths, lengths, count=count, batch=batch, seed=seed,
        only_standing=standing, title=title, published=setting(f"{PREFIX}.published", ""),
        data_fingerprint=known_data(data).get("data_fingerprint", ""),
    )  # fmt: skip


def take(arguments: Any) -> None:
    """Make the arguments of an evaluation, or part of them, the settings of this page."""
    lists = {"classifiers": "models", "strengths": "strengths", "strengths_l2": "lengths"}
    take_name(PREFIX, PRESETS, arguments)
    for name, value in {"published": "", **arguments}.items():
        if name == "attacks":
            take_attacks(PREFIX, value)
        elif name in lists:
            shown = list(map(typed_255ths if name == "strengths" else str, value))
            force(f"{PREFIX}.{lists[name]}", ",".join(shown) if name == "classifiers" else ", ".join(shown))
        else:
            force(f"{PREFIX}.{name}", value)


def _ask_strengths(chosen: list[str]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    norms = {ATTACKS[key].norm for key in chosen}
    strengths: tuple[float, ...] = ()
    lengths: tuple[float, ...] = ()
    left, right = st.columns(2, gap="medium")
    with left:
        if math.inf in norms:
            typed = text(f"{PREFIX}.strengths", "Strengths, of 255", "The largest change of a colour value of a pixel, "
                         "of its range from 0 to 255 (L-infinity norm); several, rising.",
                         default="1, 2, 4, 8, 12, 16")  # fmt: skip
            strengths = tuple(map(from_255ths, numbers(typed, "strengths")))
    with right:
        if 2 in norms:
            typed = text(f"{PREFIX}.lengths", "Strengths of attacks that bound the total change", "The length of the "
                         "whole change (L2 norm), each pixel from 0 to 1; several, rising.",
                         default="0.25, 0.5, 1, 2")  # fmt: skip
            lengths = numbers(typed, "lengths")
    return strengths, lengths
