"""The verdict and the pictures of one comparison: two models, each on the original and on both attacked images."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app.compare.cells import cells
from app.compare.models import ModelPair
from app.ui import components
from app.ui.markdown import plain
from app.ui.viewer import viewer
from app.ui.widgets import segments
from core.compare.comparison import SIDES, Comparison, Side
from core.compare.words import NAMES, details, headline, transferred
from core.contracts.explainer import Explainer
from core.study.colour_scale import common_limit

FIRST_MAPS = ("grad_cam_pp", "integrated_gradients")
SCALES = {"shared": "one scale for all", "own": "one for each model"}
HEAD = (
    ("original image", "The image as it is, as each model sees it."),
    ("attacked image made for this model", "The attack looks into the model that it wants to fool, so the two "
     "attacked images differ. (white-box attack)"),
    ("attacked image made for the other model", "The image made to fool the other model, shown to this one: does the "
     "attack carry over? (transfer attack)"),
)  # fmt: skip


def show_verdict(comparison: Comparison, truth: int | None) -> None:
    """What came of the attacks, in plain sentences."""
    sentence = headline(comparison, truth)
    with st.container(border=True):
        if not sentence:
            st.markdown("#### The answers of both models come here once both were attacked.")
            return
        st.markdown(f"#### {plain(sentence, 400)}")
        for more in (*details(comparison, truth), transferred(comparison)):
            if more:
                st.markdown(plain(more, 400))
        st.caption("One picture cannot say which model is safer: measure many below.")


def choose_map(explainers: Sequence[Explainer]) -> tuple[Explainer | None, bool]:
    """Whose map stands beside each picture, None if there is none, and whether all maps are on one scale."""
    left, right = st.columns(2)
    if not explainers:
        return None, False
    titles = {explainer.key: explainer.title for explainer in explainers}
    with left:
        shown = segments("compare.map", "Map beside each picture", titles, next(iter(titles)))
    with right:
        scale = segments("compare.scale", "Colours of the maps", SCALES, "shared")
    return next((explainer for explainer in explainers if explainer.key == shown), None), scale == "shared"


def show_pictures(
    comparison: Comparison, two: ModelPair, explainer: Explainer | None, truth: int | None, shared: bool = True
) -> None:
    """Two rows of three pictures, each beside the map of one explainer; shared: all maps on one scale, else a row."""
    key = explainer.key if explainer else ""
    scales = _scales(comparison, key, shared) if key else {}
    rows = [
        {"title": NAMES[side], "name": two.titles[side],
         "cells": cells(comparison, side, key, scales.get(side, 0.0), truth)}
        for side in SIDES
    ]  # fmt: skip
    viewer([], "view", comparison.pair.image)
    data: dict[str, Any] = {"head": [{"text": text, "title": help} for text, help in HEAD], "rows": rows}
    if scales and explainer is not None:
        ends = list(dict.fromkeys(f"±{limit:.2g}" for limit in scales.values()))
        if explainer.pictured:
            data["note"] = f"{explainer.title}: {explainer.plain}"
            components.grid(data, key="grid")
            return
        low, high = (f"{end} the answer" if explainer.attribution else end for end in explainer.poles)
        data["legend"] = [low, high, " and ".join(ends)]
        how = (
            "all on one scale, in each model's own units: a paler map of another model may only mean smaller scores"
            if shared else "each model on a scale of its own"
        )  # fmt: skip
        whose = "named under it" if comparison.pair.explained == "answer" else "that its model gave to the original"
        one_sided = all(float(map_.min()) >= 0 for map_ in comparison.maps(key))
        only = " This method shows support only: nothing is blue." if one_sided else ""
        data["note"] = f"Maps by {explainer.title}, {how}. Each is for the answer {whose}.{only}"
    components.grid(data, key="grid")


def _scales(comparison: Comparison, key: str, shared: bool) -> dict[Side, float]:
    """The value in the strongest colour, by model; empty while there is no map."""
    limits: dict[Side, float] = {}
    for side in SIDES:
        if maps := comparison.maps(key) if shared else comparison.maps(key, side):
            limits[side] = common_limit(maps)
    return limits
