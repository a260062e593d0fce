"""What a search for the smallest changes has found so far: sentences, curve, areas, the published table, images."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.distances.charts import curve, shown
from app.distances.form import NORMS
from app.distances.tables import differences, measured_table, published_table
from app.distances.words import headline, medians, size, unfound
from app.measuring.images import show_images
from app.ui import components
from app.ui.markdown import plain
from app.ui.widgets import segments
from core.attacks.deepfool import DeepFool
from core.attacks.fab import FAB
from core.minimal_distance.published import woods_2019
from core.minimal_distance.smallest import FAB_LOOKS
from core.runs.run import Run
from core.runs.tasks.ara import AraRequest

CURVE = (
    "The share of all images for which no change of this size or smaller was found that takes the right answer away. "
    "The bands are 95 % intervals (Wilson). Where the curve falls at once, tiny changes are enough."
)
FRAGILE = "Answered right as they are, and nearest to a wrong answer; the nearest first. Point at one for how near."
BOUND = (
    "These are the smallest changes that were found: smaller ones may exist, so images may be more fragile than told "
    "here. In RMS the changed colours may leave the range from 0 to 255, as in the published measure."
)


def show_results(told: Mapping[str, Any], asked: AraRequest, names: Mapping[str, str], run: Run) -> None:
    """Draw what `app.distances.kind.told` tells. names: model -> title."""
    name = names.get(asked.classifier, asked.classifier)
    for sentence in [headline(told, name), *medians(told), *unfound(told)]:
        st.markdown(plain(sentence, 600))
    components.table(measured_table(told), key="measured")
    options = {norm: words for norm, words in NORMS.items() if norm in asked.norms}
    first = next(iter(options))
    norm = segments("distances.shown", "Size of a change", options, first) if len(options) > 1 else first
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Still right, by size of the change**", help=CURVE)
        st.altair_chart(curve(told, norm), width="stretch", key=f"curve-{norm}")
    with right:
        st.markdown("**Most fragile images**", help=FRAGILE)
        _fragile(told, asked, norm)
    st.caption(BOUND)
    _published(told, asked, name)


def _fragile(told: Mapping[str, Any], asked: AraRequest, norm: str) -> None:
    entry = shown(norm)[0]
    found = told["nearest"][entry]
    attack = FAB(eps=FAB_LOOKS) if norm == "linf" else DeepFool()
    notes = {place: f"turned by {size(entry, distance)}" for place, distance in found}
    show_images(list(notes), asked.data, asked.split, asked.classifier, attack, f"nearest-{norm}", notes)
    if found:
        st.caption(f"The first is turned by {plain(size(entry, found[0][1]), 100)}.")


def _published(told: Mapping[str, Any], asked: AraRequest, name: str) -> None:
    """The published table, where it is of the same data."""
    table = woods_2019()
    if asked.data != table.data or not {"attack", "btr"} <= set(told):
        return
    st.markdown(f"**Published beside measured:** {plain(table.title, 200)}")
    components.table(published_table(told, table, name), key="published")
    unlike = differences(asked, table)
    st.caption(f"Source: {plain(table.source, 300)}." + (f" Not alike: {'; '.join(unlike)}." if unlike else ""))
    with st.expander("What is doubtful about the published numbers, or cannot be compared"):
        st.markdown("\n".join(f"- {plain(each[:1].upper() + each[1:], 400)}." for each in table.doubtful))
