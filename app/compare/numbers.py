"""The numbers of one comparison: how far the maps of both models moved, and their bounds."""

import math
from typing import Any

import pandas as pd
import streamlit as st

from app.study.map_table import COLUMNS, FIRST, line
from app.ui import components
from app.ui.markdown import plain
from core.catalog import EXPLAINERS, MAP_DISTANCES
from core.compare.comparison import SIDES, Comparison
from core.compare.number_words import size
from core.compare.words import NAMES, below, reading, shares
from core.contracts.explainer import Explainer
from core.spurious.lower_bound import looked_at
from core.study.measures import Row
from core.study.words import finding, no_map

MISSING = {
    "seed": "This method draws no random numbers: another seed gives the same map.",
    "switch": "The answer did not change, so the question stayed the same.",
}
BOUND = (
    "An estimate of the smallest change that could turn the answer, as if the model were a straight line around this "
    "picture: its margin over the nearest other class, divided by how fast that margin can fall. Real models bend, so "
    "a smaller change may do: a diagnostic, not a certificate."
)
SHARE = (
    "How much of the model's sensitivity lies in its spurious region: the quarter of the picture where that very model "
    "is sensitive without LIME finding support for the answer. With the rest unchanged, a smaller share means that a "
    "larger change is needed."
)


def show_numbers(comparison: Comparison) -> None:
    """How far the maps moved, and the bounds, in one container: what stands below keeps its place as they grow."""
    with st.container():
        show_stability(comparison)
        show_bounds(comparison)


def show_stability(comparison: Comparison) -> None:
    """How far each model's maps moved under its own attack, beside the controls of Inspect."""
    asked = [each for each in comparison.pair.explainers if each.attribution]
    methods = [each for each in asked if any(each.key in study.measured for study in _studies(comparison))]
    refused = {reason for study in _studies(comparison) for reason in study.refused.values()}
    failed = {reason for study in _studies(comparison) for reason in study.failed.values()}
    if methods:
        st.subheader("How far the maps moved", help="Each model's own maps, the original's against the attacked "
                     "image's, by the measures and controls of Inspect.")  # fmt: skip
        st.caption(
            "1: the same order of pixels; 0: unrelated; −1: reversed. The bold column is the attack. Compare each row "
            "with its own noise, not the rows with each other: the models may have been asked about different answers."
        )
        head = [{"text": "rank agreement with the original's map"}]
        head += [{"text": text, "title": help} for _, text, help in COLUMNS]
        data = {"head": head, "methods": [_method(comparison, EXPLAINERS[each.key]) for each in methods]}
        components.stability(data, key="stability")
    for reason in sorted(refused):
        st.info(plain(reason, 400))
    for reason in sorted(failed):
        st.warning(plain(reason, 400))


def _studies(comparison: Comparison) -> list[Any]:
    return [comparison.studies[side] for side in SIDES]


def _method(comparison: Comparison, explainer: type[Explainer]) -> dict[str, Any]:
    rows = {side: comparison.studies[side].measured.get(explainer.key, ()) for side in SIDES}
    more = [
        [{"text": f"{MAP_DISTANCES[name].title}, {side}", "title": MAP_DISTANCES[name].plain}, *_numbers(rows[side],
        name)] for name in MAP_DISTANCES if name != FIRST for side in SIDES if rows[side]
    ]  # fmt: skip
    findings = []
    for side in SIDES:
        if maps := comparison.studies[side].maps.get(explainer.key):
            labels = comparison.studies[side].labels
            sentence = no_map(maps) or finding(rows[side], (labels[maps.classes[0]], labels[maps.classes[1]]))
            findings.append({"who": f"{NAMES[side]}:", "text": sentence or "the controls are still to come.",
                             "pending": not sentence})  # fmt: skip
    return {
        "title": explainer.title,
        "plain": explainer.plain,
        "body": [[{"text": NAMES[side]}, *_numbers(rows[side], FIRST)] for side in SIDES if rows[side]],
        "more": more,
        "findings": findings,
    }


def _numbers(rows: tuple[Row, ...], measure: str) -> list[dict[str, Any]]:
    cells = line(rows, measure, [comparison for comparison, _, _ in COLUMNS])[1:]
    pending = not any(row.comparison == "noise" for row in rows)
    for cell, (comparison, _, _) in zip(cells, COLUMNS, strict=True):
        if not cell["text"]:
            cell |= {"text": "…"} if pending else {"text": "—", "title": MISSING.get(comparison, "")}
    return cells


def show_bounds(comparison: Comparison) -> None:
    """The linearised lower bound and its spurious share, before | after, with what they can and cannot say."""
    reaches = [crossing.reach for side in SIDES if (crossing := comparison.crossings[side]).reach is not None]
    st.subheader("How much change it might take (a diagnostic, not a certificate)", help=f"{BOUND}\n\n{SHARE}")
    first, second = (reaches + [None, None])[:2]
    if first is None or second is None:
        st.caption("This number comes once both models have been attacked.")
        return
    labels = comparison.studies["before"].labels
    both, region = (first, second), "Sensitivity in the spurious region"
    needed = "Estimated length of the change" if first.norm == 2 else "Estimated change of every pixel"
    rows = [
        (needed, *(size(each.value, each.norm) for each in both)),
        ("Class it would turn to first, by this estimate", *(plain(labels[each.rival]) for each in both)),
        (region, *(f"{100 * each.share:.0f} % on {100 * each.region:.0f} % of the picture" for each in both)),
    ]
    table = pd.DataFrame(rows, columns=["On this picture", "Before refinement", "After refinement"])
    st.table(table.set_index("On this picture"), border="horizontal")
    attack = comparison.pair.attack
    bound = attack.bound if attack.norm in (2, math.inf) else math.inf  # of pixels, one would not compare with a length
    st.markdown(f"{reading(both, bound)} {below(comparison)} {shares(both)}")
    if looked_at(len(labels)) < len(labels) - 1:
        st.caption(f"Of {len(labels):,} classes, the {looked_at(len(labels))} strongest others were looked at.")
    st.caption(
        "The first number holds if the model is a straight line around this picture. Real models bend, so a smaller "
        "change may do. Spread evenly, a quarter of the picture holds 25 % of the sensitivity; the spurious region is "
        "partly chosen for being sensitive, so it usually holds more. Each model has a region of its own, so the two "
        "shares are not quite alike."
    )
