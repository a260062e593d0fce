"""The images behind one number of a league; a click opens one of them on Inspect, with the model and the explainer."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from app.explainers.table import digits
from app.study.data_images import show_data_images
from app.ui.method_form import put
from app.ui.state import force
from core.base.params import Method, to_spec
from core.explainer_league.extremes import Valued, extremes
from core.explainer_league.floors import FLOORS
from core.explainer_league.request import LeagueRequest
from core.explainer_league.stability import COLUMNS
from core.explainer_league.words import title

MOST = 8  # images on each side


def show_images(
    rows: Sequence[Mapping[str, Any]], asked: LeagueRequest, explainer: str, column: Mapping[str, Any]
) -> None:
    """The images on which `explainer` did best by this column's metric, and worst, with their values."""
    best, worst = extremes(rows, explainer, column["metric"], column["better"], MOST)
    going = partial(_put, asked, explainer, column["metric"])
    st.markdown("**Best images**", help="The value of this explainer by this metric on each image stands below it.")
    shown = _show(best, asked, going, f"best-{explainer}-{column['metric']}")
    st.markdown("**Worst images**")
    shown = _show(worst, asked, going, f"worst-{explainer}-{column['metric']}") or shown
    if shown and explainer in FLOORS:
        st.caption("A click opens Inspect with this picture and this model. A floor is no explainer to choose there.")
    elif shown:
        st.caption(f"A click opens Inspect with this picture, this model and {title(explainer)}.")


def _show(chosen: Valued, asked: LeagueRequest, going: Any, key: str) -> bool:
    captions = {image: digits(value) for image, value in chosen}
    return show_data_images([image for image, _ in chosen], asked.data, going, key, captions)


def _put(asked: LeagueRequest, explainer: str, metric: str) -> None:
    """Set Inspect to the model, the explainer with its settings and draws; of stability, to the attack too."""
    force("model", asked.classifier)
    force("seed", asked.seed)
    attack = asked.pgd()
    if attack is not None and metric in COLUMNS.values():
        force("attack", attack.key)
        _settings(attack)
    if explainer in FLOORS:
        return
    force("maps", explainer)
    chosen = next((each for each in asked.chosen_explainers() or () if each.key == explainer), None)
    if chosen is not None:
        _settings(chosen)


def _settings(method: Method) -> None:
    put(type(method), method.key, {name: value for name, value in to_spec(method).items() if name != "method"})
