"""The settings of a detection study, drawn as controls in reading order."""

import math
from dataclasses import fields
from typing import Any

import streamlit as st

from app.detect.ask_detectors import ask_detectors, take_detectors
from app.detect.ask_pixels import ask_rule, take_rule
from app.measuring.ask import ask_data, ask_model
from app.measuring.ask_attacks import (
    ask_parameters,
    ask_preset,
    attacks_to_choose,
    numbers,
    put_spec,
    take_attacks,
    take_name,
)
from app.ui.method_form import tune
from app.ui.state import force, setting
from app.ui.widgets import Control, number, pick, segments, several, text
from app.ui.widgets import ask as ask_one
from core.base.params import to_spec
from core.base.units import from_255ths, typed_255ths
from core.catalog import EXPLAINERS
from core.data.by_name import known_data
from core.detection.presets import PRESETS
from core.detection.request import DetectionRequest

PREFIX = "detect"
SHAP = "shap"  # the signature that is chosen by the network
SPLITS = {"train": "training images", "test": "other test images"}
OWN = ("attacks", "model", "data", "strengths")


def ask() -> DetectionRequest:
    """Draw all settings; ValueError in a sentence if they do not go together."""
    ask_preset(PREFIX, PRESETS, take, OWN)
    left, middle, right = st.columns(3, gap="medium")
    with left:
        model = ask_model(PREFIX, "mnist_cnn:standard", "The network that is attacked and explained.")
    with middle:
        data = ask_data(PREFIX, "mnist")
    with right:
        titles = {SHAP: "SHAP"} | {key: kind.title for key, kind in EXPLAINERS.items() if kind.attribution}
        signature = pick(f"{PREFIX}.explainer", "Signature", list(titles), SHAP, titles.__getitem__,
                         "Whose maps tell attacked images from others. SHAP: by DeepLIFT where the network allows it, "
                         "by gradients elsewhere.")  # fmt: skip
    explainer = None if signature == SHAP else _explainer(signature)
    chosen = several(f"{PREFIX}.attacks", "Attacks", attacks_to_choose((math.inf,)), ("fgsm", "pgd"),
                     "Detectors learn from all of them, from each alone and from all but one, and are tested on "
                     "each.")  # fmt: skip
    left, right = st.columns(2, gap="medium")
    with left:
        strengths = _strengths()
    with right:
        words = {f"{each:.6g}": f"{255 * each:.4g}/255" for each in strengths}
        strength = float(pick(f"{PREFIX}.strength", "Strength that detectors learn from", list(words),
                              list(words)[-1], words.__getitem__,
                              "At the others they are only tested, as at strengths they have not seen."))  # fmt: skip
        strength = min(strengths, key=lambda each: abs(each - strength))
    attacks = ask_parameters(PREFIX, chosen)
    counts = _counts()
    detectors = ask_detectors(PREFIX)
    with st.expander("More settings"):
        learn_from = segments(f"{PREFIX}.learn_from", "Detectors learn from", SPLITS, "train",
                              "Never from an image that they are tested on.")  # fmt: skip
        rule = ask_rule(PREFIX)
        alarms = ask_one(f"{PREFIX}.false_alarm", Control(
            "False alarms allowed, %", "The threshold of a detector is set so that so many of the originals put aside "
            "for it are taken for attacked.", 5.0, 0.1, 99.9, 1.0), typed=True)  # fmt: skip
        noise = ask_one(f"{PREFIX}.noise_learnt", Control(
            "Show detectors ordinary noise too", "As no attack: a detector that has never seen noise takes any for an "
            "attack. The study shows none.", False))  # fmt: skip
        batch = number(f"{PREFIX}.batch", "Images at once", 100, 1, 500)
        seed = number(f"{PREFIX}.seed", "Seed", 0, 0, 2**31 - 1, "Which images are drawn, and what methods draw.")
        title = text(f"{PREFIX}.title", "Name (optional)", "Shown in the list of studies and of runs.")
    return DetectionRequest(
        model, data, tuple(map(to_spec, attacks)), strengths, strength,
        explainer, detectors, learn_from, **counts, **rule,  # type: ignore[arg-type]
        false_alarm=alarms / 100, noise_learnt=noise, batch=batch, seed=seed, title=title,
        published=setting(f"{PREFIX}.published", ""),
        data_fingerprint=known_data(data).get("data_fingerprint", ""),
    )  # fmt: skip


def _explainer(key: str) -> dict[str, Any]:
    """The explainer of this key with its settings, in its JSON form."""
    kind = EXPLAINERS[key]
    if not fields(kind):
        return to_spec(kind())
    with st.expander(f"Settings of {kind.title}"):
        st.caption(f"{kind.plain} *{kind.cite}*")
        return to_spec(kind(**tune(kind, f"{PREFIX}.{key}", typed=True)))


def _strengths() -> tuple[float, ...]:
    typed = text(f"{PREFIX}.strengths", "Strengths, of 255", "The largest change of a colour value of a pixel, of its "
                 "range from 0 to 255 (L-infinity norm); several, rising.", default="12.75, 25.5, 51")  # fmt: skip
    if not (found := numbers(typed, "strengths")):
        raise ValueError("Type at least one strength")
    return tuple(map(from_255ths, found))


def _counts() -> dict[str, int]:
    """How many images take which part."""
    asked = {
        "learning": ("To learn from", 1000, "Originals that detectors learn from, with their attacked versions."),
        "calibration": ("To set thresholds", 500, "Originals put aside: no detector learns from them."),
        "testing": ("To test", 1000, "Test images; all that is told of detectors is measured on these."),
        "knowing": ("For the attacker who knows", 100, "Test images that are attacked again by one who knows of the "
                    "detector. Each takes long."),
    }  # fmt: skip
    found = {}
    st.markdown("**Images**")
    for column, (name, (title, first, help)) in zip(st.columns(4), asked.items(), strict=True):
        with column:
            found[name] = number(f"{PREFIX}.{name}", title, first, 1, 10_000 if name == "knowing" else 50_000, help)
    return found


def take(arguments: Any) -> None:
    """Make the arguments of a study, or part of them, the settings of this page."""
    take_name(PREFIX, PRESETS, arguments)
    take_rule(PREFIX, arguments.get("critical"), arguments.get("critical_deviations"))
    take_detectors(PREFIX, arguments.get("detectors"))
    for name, value in {"published": "", "explainer": None, **arguments}.items():
        if name in ("critical", "critical_deviations", "detectors"):
            continue
        if name == "attacks":
            take_attacks(PREFIX, value)
        elif name == "explainer":
            force(f"{PREFIX}.explainer", SHAP if value is None else value["method"])
            if value is not None:
                put_spec(EXPLAINERS[value["method"]], f"{PREFIX}.{value['method']}", value)
        elif name == "false_alarm":
            force(f"{PREFIX}.false_alarm", round(100 * value, 6))
        elif name == "strengths":
            force(f"{PREFIX}.strengths", ", ".join(map(typed_255ths, value)))
        elif name == "strength":
            force(f"{PREFIX}.strength", f"{value:.6g}")
        elif name == "classifier":
            force(f"{PREFIX}.model", value)
        else:
            force(f"{PREFIX}.{name}", value)
