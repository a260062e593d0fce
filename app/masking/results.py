"""What the checks against masked gradients have found so far: a sentence, and a line for each check."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.masking.surface import show_surface
from app.ui.gates import show_gates
from app.ui.markdown import plain
from core.gradient_masking.checklist import CHECKS
from core.gradient_masking.words import numbers, sentences
from core.runs.run import Run
from core.runs.tasks.masking import MaskingRequest

MARKS = {"pass": ("✔", "passed"), "fail": ("✘", "failed"), "unknown": ("–", "cannot be told")}
WHY = (
    "A model can look robust because attacks that follow gradients find none, although small changes that fool it are "
    "there. Each line is one sign of that, measured on this model."
)


def show_results(told: Mapping[str, Any], asked: MaskingRequest, names: Mapping[str, str], run: Run) -> None:
    """Draw what `core.gradient_masking.checklist.summary` tells. names: model -> title."""
    if said := sentences(told):
        st.markdown(f"**{plain(names.get(asked.classifier, asked.classifier), 100)}.** {plain(said, 800)}", help=WHY)
    else:
        st.markdown(f"So far {len(told['checks'])} of {len(CHECKS)} checks.", help=WHY)
    for check in told["checks"]:
        mark, word = MARKS[check["verdict"]]
        st.markdown(f"{mark} **{plain(check['title'], 120)}** — {word}. {plain(check['said'], 600)}",
                    help="; ".join(numbers(check["values"]))[:1500] or None)  # fmt: skip
    show_gates([asked.classifier], dict(names))
    show_surface(asked, names)
