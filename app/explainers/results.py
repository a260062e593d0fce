"""What a league has found so far: sentences, the table, a chart of one metric, the images behind a number."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.explainers.images import show_images
from app.explainers.table import cell_id, league_table
from app.ui import components
from app.ui.cached import run_rows
from app.ui.markdown import plain
from app.ui.state import force, setting, write_link
from core.explainer_league.charts import means
from core.explainer_league.floors import FLOORS
from core.explainer_league.request import LeagueRequest
from core.explainer_league.words import fronts, headline, order, title
from core.runs.run import Run

CELL = "explainers.cell"  # the setting that holds "explainer:metric"
HOLDS = (
    "Explainers are compared on the same images, image by image. What is said here holds after Holm's correction for "
    "all pairs by that metric (at 5 %). First: better than every other explainer and both floors."
)
MARKS = (
    "▲ better than both floors · ▼ worse than a floor · no mark: neither can be said. Below each mean stands its 95 % "
    "interval. Click a number for the images behind it; point at a heading for what it measures."
)
ACROSS = (
    "Means with 95 % intervals. Dashed: what the floors get, which know nothing of the model. Overlapping intervals "
    "do not decide: the same images are compared, see the sentences above."
)
SCORE = (
    "Reconstructed: the criteria of Islam et al. (2024), each weighted by how much it tells explainers apart "
    "(entropy weights). There is no interval: take it as a summary, not as a finding."
)


def show_results(told: Mapping[str, Any], asked: LeagueRequest, names: Mapping[str, str], run: Run) -> None:
    """Draw what `core.explainer_league.standings.standings` tells. names: model -> title."""
    if said := " ".join(fronts(told)):
        st.markdown(plain(said, 2000), help=HOLDS)
    st.markdown(plain(headline(told), 800))
    columns = {column["metric"]: column for column in told["columns"]}
    cells = [cell_id(key, name) for name, column in columns.items()
             for key in sorted(order(column), key=FLOORS.__contains__)]  # fmt: skip
    if not cells:
        return
    chosen = setting(CELL, "")
    chosen = chosen if chosen in cells else cells[0]
    picked = components.league(league_table(told), chosen, key="league")
    st.caption(MARKS)
    if picked in cells and picked != chosen:
        chosen = picked
        force(CELL, chosen)
        write_link({"league": run.id, CELL: chosen})
    explainer, metric = chosen.split(":")
    column = columns[metric]
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**{plain(column['title'], 80)}, by explainer**", help=ACROSS)
        st.caption(plain(column["plain"], 300))
        st.altair_chart(means(column), width="stretch", key=f"means-{metric}")
    with right:
        st.markdown(f"**{plain(title(explainer), 60)} by {plain(column['title'], 60)}: the images behind the number**")
        show_images(run_rows(run.folder), asked, explainer, column)
    if told.get("pgca"):
        _score(told["pgca"])


def _score(pgca: Mapping[str, Any]) -> None:
    """PGCA's weighted score, folded away."""
    with st.expander("One score of PGCA's criteria"):
        st.caption(SCORE)
        best = sorted(pgca["scores"].items(), key=lambda each: -each[1])
        body = [[{"text": title(key) + (" (floor)" if key in FLOORS else "")}, {"text": f"{score:.3f}"}]
                for key, score in best]  # fmt: skip
        components.table({"head": [{"text": ""}, {"text": "weighted score"}], "body": body}, key="pgca")
        weights = ", ".join(f"{name.removeprefix('pgca_')} {value:.2f}" for name, value in pgca["weights"].items())
        st.caption(f"Weights: {weights}.")
