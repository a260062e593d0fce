"""What a preset showed when it was measured, beside it: read from the file that the measuring command wrote."""

import json

import pandas as pd
import streamlit as st

from app.ui.state import setting
from core.base.paths import ASSETS
from core.objectives.right_reasons import SOURCES

FILE = ASSETS / "measured" / "spurious_mark.json"
COLUMNS = {
    "decoy_mnist": "square as in training", "mnist": "without the square",
    "decoy_mnist_contradicting": "square contradicts", "decoy_mnist_moved": "square moved",
}  # fmt: skip


def show_measured() -> None:
    """The table of the preset that is chosen; nothing for presets of which none was kept."""
    if setting("refine.preset", "") != "spurious_mark" or not FILE.is_file():
        return
    told = json.loads(FILE.read_text(encoding="utf-8"))
    with st.expander("What it showed when it was measured"):
        st.dataframe(table(told), width="stretch")
        gain = told["expert_minus"]["random"]["mnist"]
        low, high = (100 * each for each in gain["over_seeds"])
        st.caption(
            f"Right answers on {told['judged']:,} test digits, %, the mean over {len(told['seeds'])} seeds. Without "
            "the square, the expert's regions are ahead of the same regions moved by lot by "
            f"{100 * gain['difference']:.1f} points ({low:.1f} to {high:.1f}, over the seeds). Of the shuffled regions "
            "every fourth still lies on the square: there are four corners. Made by "
            "`python -m core.recipes.spurious_mark`."
        )


def table(told: dict[str, dict[str, dict[str, list[int]]]]) -> pd.DataFrame:
    """Accuracy in % by what it was refined with, and by how the square stands on the test images."""
    words = {"before": "not refined"} | SOURCES
    judged = float(told["judged"])  # type: ignore[arg-type]
    rows = {
        words[arm]: {COLUMNS[name]: f"{sum(100 * each / judged for each in hits) / len(hits):.1f}"
                     for name, hits in found.items()}
        for arm, found in told["right"].items()
    }  # fmt: skip
    return pd.DataFrame(rows).T
