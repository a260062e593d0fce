"""The settings of a case: attack, strength, aim, explainers, controls; and its link."""

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import streamlit as st

from app.ui.link_notes import replaced
from app.ui.method_form import tune
from app.ui.state import linked, remember, setting
from app.ui.widgets import choose, number, pick, several
from core.catalog import ATTACKS, EXPLAINERS
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.contracts.strength import ON_DIGITS
from core.study.case import Explained
from core.study.prediction import Prediction

FIRST_EXPLAINERS = ("grad_cam_pp", "integrated_gradients", "shap_gradient", "lime", "pgca")
EXPLAINED = {"answer": "the answer to each picture", "original": "the original answer, both times"}
FIRST_ATTACK = "pgd"
SMALL = 64  # pixels a side
GROUPS = (
    "usual choice", "one step", "many steps", "total change kept small", "smallest change", "without looking inside",
    "few pixels", "several attacks in turn",
)  # fmt: skip


def group(kind: type[Attack]) -> str:
    """The kind of attack in a few words, read off its class.

    >>> [group(ATTACKS[key]) for key in ("pgd", "fgsm", "cw", "square", "one_pixel", "autoattack")]
    ['usual choice', 'one step', 'smallest change', 'without looking inside', 'few pixels', 'several attacks in turn']
    """
    names = {entry.name for entry in fields(kind)}
    if kind.key == FIRST_ATTACK:
        return "usual choice"
    if kind.norm == 0:
        return "few pixels"
    if "eps" not in names:
        return "smallest change"
    if {"steps", "queries"} <= names:
        return "several attacks in turn"
    if "queries" in names:
        return "without looking inside"
    if "steps" not in names:
        return "one step"
    return "many steps" if kind.norm == math.inf else "total change kept small"


def small(model: Classifier) -> bool:
    """Whether its pictures are so small that a page may follow every setting at once; else it waits for its button."""
    return max(model.size[1:]) <= SMALL


def attack_settings(model: Classifier, prediction: Prediction | None) -> tuple[Attack, int | None]:
    """The attack with its parameters, and the class to turn the image into (None: any other).

    Without a prediction to choose a class from, no class is asked for.
    """
    ordered = sorted(ATTACKS, key=lambda each: (GROUPS.index(group(ATTACKS[each])), ATTACKS[each].title))
    words = {each: f"{ATTACKS[each].title} — {group(ATTACKS[each])}" for each in ordered}
    key = pick("attack", "Attack", ordered, FIRST_ATTACK, words.__getitem__, "How the picture is changed.")
    kind = ATTACKS[key]
    st.caption(f"{kind.plain} *{kind.cite}*")
    names = [entry.name for entry in fields(kind)]
    lead = [name for name in ("eps", "pixels") if name in names][:1]
    usual = {"eps": ON_DIGITS} if model.size[0] == 1 and kind.norm == math.inf else {}
    left, right = st.columns(2, gap="medium")
    with left:
        values = tune(kind, key, only=lead, usual=usual, live=small(model)) if lead else {}
        if not lead:
            st.caption("No strength: it looks for the smallest change that works.")
    with right:
        target = None if prediction is None else _target(kind, model, prediction)
    rest = [name for name in names if name not in lead]
    more = st.container()  # keeps its place when there is nothing more to set
    if rest:
        with more.expander("More settings of the attack"):
            drawn = tune(kind, key, only=rest, live=small(model))
            values |= {name: drawn[name] for name in rest}
    return kind(**values), target


def _target(kind: type[Attack], model: Classifier, prediction: Prediction) -> int | None:
    if not kind.targetable:
        if linked("target") and setting("target", "any") != "any":
            replaced("target", "Turn it into a", "any other answer")
            remember("target", "any")
        st.selectbox("Turn it into a", ["any other answer"], disabled=True, help=f"{kind.title} cannot aim at a class.")
        return None
    others = [str(label) for label in prediction.best(len(model.labels)) if label != prediction.top]
    words = lambda each: "any other answer" if each == "any" else model.labels[int(each)]  # noqa: E731
    chosen = pick("target", "Turn it into a", ["any", *others], "any", words,
                  "Aim at a class of your choice, or let the attack take whatever answer is nearest. The classes "
                  "are in the order of the model's own probabilities.")  # fmt: skip
    return None if chosen == "any" else int(chosen)


def explainer_settings(
    model: Classifier, name: str = "maps", first: Sequence[str] = FIRST_EXPLAINERS, other: Classifier | None = None
) -> tuple[tuple[Explainer, ...], Explained, int, int]:
    """The explainers, which class they explain, the number of control draws, and the seed.

    name: the setting that keeps which explainers are chosen; first: those chosen to begin with; other: a second model
    that they are drawn for.
    """
    models = [model, other or model]
    offered = {key: kind for key, kind in EXPLAINERS.items()
               if kind.attribution or not all(kind().obstacle(each) for each in models)}  # fmt: skip
    titles = {key: kind.title for key, kind in offered.items()}
    lines = [f"- **{kind.title}**: {kind.plain}" for kind in offered.values()]
    about = ["Each is a different way to ask which pixels mattered. They often disagree.", "", *lines]
    chosen = several(name, "Maps to draw", titles, first, "\n".join(about))
    with st.expander("More settings of the maps and controls"):
        explained = choose("explained", "Each map explains", EXPLAINED, "answer",
                           "Explaining the answer to each picture shows what the model used for it; explaining the "
                           "original answer both times keeps the question the same.")  # fmt: skip
        left, right = st.columns(2)
        with left:
            few = 5 if small(model) else 3
            controls = number("controls", "Draws of each control", few, 1, 99,
                              "How many pictures with ordinary noise, and how many other seeds, stand beside the "
                              "attack. More draws take longer and say more.")  # fmt: skip
        with right:
            seed = number("seed", "Seed", 0, 0, 2**31 - 1, "The same seed gives the same numbers again.")
        made = []
        for key in chosen:
            kind = EXPLAINERS[key]
            st.markdown(f"**{kind.title}** — {kind.plain} *{kind.cite}*")
            columns = st.columns(2)
            values: dict[str, Any] = {}
            for place, entry in enumerate(fields(kind)):
                with columns[place % 2]:
                    values[entry.name] = tune(kind, key, only=[entry.name], live=small(model))[entry.name]
            made.append(kind(**values))
    return tuple(made), explained, controls, seed  # type: ignore[return-value]
