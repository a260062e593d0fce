"""By which rule pixels are called critical: a share of all, or how far their importance lies above the mean."""

from typing import Any

import streamlit as st

from app.ui.state import force
from app.ui.widgets import Control, ask, segments

RULES = {"share": "a share of all pixels", "deviations": "how far above the mean"}
SHARE = Control("Critical pixels, % of all", "So many pixels with the largest importance.", 10.0, 0.1, 99.9, 1.0)
DEVIATIONS = Control(
    "Standard deviations above the mean", "Pixels whose importance lies above the mean of all pixels by more than so "
    "many standard deviations. How many that are, depends on the images; there may be none.", 2.0, 0.0, 100.0, 0.1,
)  # fmt: skip


def ask_rule(prefix: str) -> dict[str, Any]:
    """Draw the choice and its number; returns these arguments of a study."""
    left, right = st.columns(2, gap="medium")
    with left:
        by = segments(f"{prefix}.critical_by", "Critical pixels by", RULES, "share")
    with right:
        if by == "deviations":
            return {"critical_deviations": float(ask(f"{prefix}.critical_deviations", DEVIATIONS, typed=True))}
        return {"critical": float(ask(f"{prefix}.critical", SHARE, typed=True)) / 100}


def take_rule(prefix: str, share: float | None, deviations: float | None) -> None:
    """Make the rule of a study the settings of a form; None: the number stays what it is."""
    force(f"{prefix}.critical_by", "share" if deviations is None else "deviations")
    if deviations is not None:
        force(f"{prefix}.critical_deviations", float(deviations))
    if share is not None:
        force(f"{prefix}.critical", round(100 * share, 6))
