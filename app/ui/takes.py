"""What a model takes: said wherever a reader brings pictures to it."""

import streamlit as st

from core.contracts.classifier import Classifier
from core.contracts.preprocessing import Preprocessing

DEEP = "; a picture of more levels than 256 is reduced to them by its window"


def show_takes(model: Classifier, deep: bool = False, who: str = "this model") -> None:
    """Size, colours and range of the pixels, in a line; deep: whether the picture has more levels than a screen."""
    st.caption(f"What {who} takes: {Preprocessing.of(model).takes}{DEEP if deep else ''}.")
