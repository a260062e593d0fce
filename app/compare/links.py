"""Where a comparison leads: the link that reopens it, and Inspect with one of its models."""

import streamlit as st

from app.compare.images_form import usual_run
from app.nav import page
from app.study.case_link import begin_there, parameters
from app.ui.state import drop, force, setting, write_link
from core.compare.comparison import SIDES, Pair, Side
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer


def link(pair: Pair, model: Classifier, device: str) -> None:
    """Put the comparison into the address."""
    values = {
        "before": pair.before, "after": pair.after, "image": pair.image, "attack": pair.attack.key,
        "compare.maps": ",".join(explainer.key for explainer in pair.explainers) or "none",
        "compare.map": setting("compare.map", ""), "explained": pair.explained, "controls": pair.controls,
        "seed": pair.seed,
    }  # fmt: skip
    methods: list[Attack | Explainer] = [pair.attack, *pair.explainers]
    for method in methods:
        values |= parameters(method)
    values |= {name: value for name, usual in usual_run(model).items() if (value := setting(name, usual)) != usual}
    write_link(values | ({"device": device} if device != "cpu" else {}))


def inspect(pair: Pair, side: Side, image: str) -> None:
    """Go to Inspect with this picture, that model, and the attack and maps of the comparison."""
    force("image", image)
    drop("set")
    force("model", getattr(pair, side))
    force("maps", ",".join(explainer.key for explainer in pair.explainers) or "none")
    force("target", "any")
    begin_there()
    st.switch_page(page("inspect"))


def inspect_buttons(pair: Pair) -> None:
    """A button for each model, which opens Inspect with it."""
    for column, side in zip(st.columns(2), SIDES, strict=True):
        if column.button(f"Inspect ‘{side}’ alone", key=f"inspect-{side}", width="stretch"):
            inspect(pair, side, pair.image)
