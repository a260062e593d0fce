"""What is computed of the comparison on show: small models begin by themselves, but never because a link was opened."""

import streamlit as st
from torch import Tensor

from app.background.comparisons import PairStudies
from app.compare.models import ModelPair
from app.compare.progress import switch
from app.ui.cached import comparisons
from app.ui.link_notes import agree, show_link_notes
from app.ui.state import by_link, keep, kept
from app.ui.windows import window
from core.compare.comparison import Pair

BUTTON = "Attack both"


def ask_begin(two: ModelPair) -> bool:
    """Whether to begin: small models do by themselves where no link was opened, or once its button was pressed."""
    if two.small and kept("compare begun", not by_link()):
        return True
    if pressed := st.button(BUTTON, type="primary"):
        keep("compare begun", True)
        agree()
    return pressed


def follow(
    pair: Pair, two: ModelPair, image: Tensor, sha256: str, label: int | None, begin: bool
) -> tuple[PairStudies | None, bool]:
    """What is known of the comparison, None before it is begun; and whether it is not quite what a link asks for."""
    if unsure := show_link_notes(BUTTON):
        begin = False
    known = comparisons().find(pair, two.models, label, window() if begin else None)
    if known is None and begin:
        known = comparisons().start(pair, two.models, image, sha256, label, window())
    if unsure or (known is not None and known.crossing is None and not begin and not known.alive):
        known = None
    switch(known)
    return known, unsure
