"""The settings of a case: attack, strength, aim, explainers, controls; and its link."""

from dataclasses import fields
from typing import Any

import streamlit as st

from app.controls import number, pick, segments, several, tune
from app.state import write_link
from core.attacked import Prediction
from core.case import Case
from core.catalog import ATTACKS, EXPLAINERS
from core.classifier import Classifier
from core.contracts import Attack, Explainer

FIRST_EXPLAINERS = ("grad_cam_pp", "integrated_gradients", "shap_gradient", "lime", "pgca")
EXPLAINED = {"answer": "the answer given for each picture", "original": "the original answer on both"}


def attack_settings(model: Classifier, prediction: Prediction) -> tuple[Attack, int | None]:
    """The attack with its parameters, and the class to turn the image into (None: any other)."""
    first, second, third = st.columns([1, 1.25, 1.25], gap="medium")
    with first:
        key = pick("attack", "Attack", list(ATTACKS), "pgd", lambda each: ATTACKS[each].title,
                   "How the picture is changed. Each method is described under More settings.")  # fmt: skip
    kind = ATTACKS[key]
    names = [entry.name for entry in fields(kind)]
    lead = [name for name in ("eps", "pixels", "c", "kappa", "steps") if name in names][:1]
    with second:
        values = tune(kind, key, only=lead) if lead else {}
    with third:
        target = _target(kind, model, prediction)
    with st.expander("More settings of the attack"):
        st.markdown(f"{kind.plain}  \n*{kind.cite}*")
        rest = [name for name in names if name not in lead]
        values |= {name: value for name, value in tune(kind, key, skip=lead).items() if name in rest}
    return kind(**values), target


def _target(kind: type[Attack], model: Classifier, prediction: Prediction) -> int | None:
    if not kind.targetable:
        st.selectbox("Turn it into a", ["any other answer"], disabled=True, help=f"{kind.title} cannot aim at a class.")
        return None
    others = [str(label) for label in prediction.best(len(model.labels)) if label != prediction.top]
    words = lambda each: "any other answer" if each == "any" else model.labels[int(each)]  # noqa: E731
    chosen = pick("target", "Turn it into a", ["any", *others], "any", words,
                  "Aim at a class of your choice, or let the attack take whatever answer is nearest. The classes "
                  "are in the order of the model's own probabilities.")  # fmt: skip
    return None if chosen == "any" else int(chosen)


def explainer_settings(model: Classifier) -> tuple[tuple[Explainer, ...], str, int, int]:
    """The explainers, which class they explain, the number of control draws, and the seed."""
    titles = {key: kind.title for key, kind in EXPLAINERS.items()}
    chosen = several("maps", "Maps to draw", titles, FIRST_EXPLAINERS,
                     "Each is a different way to ask which pixels mattered. They often disagree.")  # fmt: skip
    with st.expander("More settings of the maps and controls"):
        left, middle, right = st.columns(3)
        with left:
            explained = segments("explained", "Each map explains", EXPLAINED, "answer",
                                 "Explaining the answer of each picture shows what the model used for it; explaining "
                                 "the original answer on both keeps the question the same.")  # fmt: skip
        with middle:
            few = 3 if model.size[1] > 64 else 5
            controls = number("controls", "Draws of each control", few, 1, 99,
                              "How many pictures with ordinary noise, and how many other seeds, stand beside the "
                              "attack. More draws take longer and say more.")  # fmt: skip
        with right:
            seed = number("seed", "Seed", 0, 0, 2**31 - 1, "The same seed gives the same numbers again.")
        made = []
        for key in chosen:
            kind = EXPLAINERS[key]
            st.markdown(f"**{kind.title}** — {kind.plain} *{kind.cite}*")
            columns = st.columns(4)
            values: dict[str, Any] = {}
            for place, entry in enumerate(fields(kind)):
                with columns[place % 4]:
                    values[entry.name] = tune(kind, key, only=[entry.name])[entry.name]
            made.append(kind(**values))
    return tuple(made), explained, controls, seed


def link(case: Case, device: str, ran: bool) -> None:
    """Put the case into the address: what differs from the defaults, and whether it was run."""
    values: dict[str, Any] = {
        "image": case.image,
        "model": case.classifier,
        "attack": case.attack.key,
        "target": "any" if case.target is None else case.target,
        "maps": ",".join(explainer.key for explainer in case.explainers) or "none",
        "explained": case.explained,
        "controls": case.controls,
        "seed": case.seed,
    }
    for method in (case.attack, *case.explainers):
        for entry in fields(method):
            value = getattr(method, entry.name)
            if value != entry.default or entry.name == "eps":
                scale = 255 if entry.metadata.get("unit") == "/255" else 1
                shown = round(value * 255, 6) if scale != 1 else value
                values[f"{method.key}.{entry.name}"] = shown
    if device != "cpu":
        values["device"] = device
    if ran:
        values["go"] = 1
    write_link(values)
