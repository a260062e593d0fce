"""What a preset showed when it was measured, beside it: read from the file that the measuring command wrote."""

import json
from collections.abc import Mapping
from typing import Any

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


def measured() -> dict[str, Any] | None:
    """What `python -m core.recipes.spurious_mark` has kept; None if nothing."""
    found: dict[str, Any] | None = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else None
    return found


def gain(told: Mapping[str, Any]) -> str:
    """How the expert's regions stand beside the two controls with regions once the square is gone, in a sentence."""
    moved, shuffled = (_ahead(told["expert_minus"][arm]["mnist"]) for arm in ("random", "shuffled"))
    return (
        "without the square, right answers with the expert's regions less those with the same regions moved by lot: "
        f"{moved}; less those with regions shuffled among the pictures, of which every fourth still lies on the square "
        f"as there are four corners: {shuffled}. In brackets the interval over {len(told['seeds'])} seeds."
    )


def _ahead(found: Mapping[str, Any]) -> str:
    low, high = (100 * each for each in found["over_seeds"])
    return f"{100 * found['difference']:+.1f} points ({low:+.2f} to {high:+.2f})"


def show_measured() -> None:
    """The table of the preset that is chosen; nothing for presets of which none was kept."""
    if setting("refine.preset", "") != "spurious_mark" or (told := measured()) is None:
        return
    with st.expander("What it showed when it was measured"):
        st.dataframe(table(told), width="stretch")
        said = gain(told)
        st.caption(
            f"Right answers on {told['judged']:,} test digits, %, the mean over {len(told['seeds'])} seeds. "
            f"{said[0].upper()}{said[1:]} Made by `python -m core.recipes.spurious_mark`."
        )


def table(told: Mapping[str, Any]) -> pd.DataFrame:
    """Accuracy in % by what it was refined with, and by how the square stands on the test images."""
    words = {"before": "not refined"} | SOURCES
    judged = float(told["judged"])
    rows = {
        words[arm]: {COLUMNS[name]: f"{sum(100 * each / judged for each in hits) / len(hits):.1f}"
                     for name, hits in found.items()}
        for arm, found in told["right"].items()
    }  # fmt: skip
    return pd.DataFrame(rows).T
