"""How pictures are prepared for a model of one's own: what is usual for its network, shown and open to change."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.classifiers.own import Architecture
from core.contracts.preprocessing import INTERPOLATIONS, each_channel, numbers

LARGEST = 1024  # pixels


def preparation(design: Architecture) -> Mapping[str, Any]:
    """Ask for it; the arguments of core.classifiers.own.install. ValueError in a sentence for what is no number."""
    st.caption(f"Pictures are prepared as is usual for it: {design.usual.said}.")
    with st.expander("Prepare pictures otherwise"):
        st.caption("As in the training of the model: other numbers than there give wrong answers.")
        usual = design.usual.at(_size(design))
        key = f"{design.name} {usual.size}"
        left, right = st.columns(2)
        resize = left.number_input(
            "Shorter side is first scaled to", 0, 4 * LARGEST, usual.resize, key=f"own resize {key}",
            help="The middle is then cut out. 0: nothing is cut off but what makes the picture fit.",
        )  # fmt: skip
        filter_ = right.selectbox(
            "Scaled by", INTERPOLATIONS, INTERPOLATIONS.index(usual.interpolation), key=f"own filter {key}"
        )
        mean = left.text_input("Mean of each channel, subtracted", _text(usual.mean), key=f"own mean {key}")
        std = right.text_input("Then divided by", _text(usual.std), key=f"own std {key}")
        span = st.text_input(
            "Both are for values from, to", "0, 1", key=f"own range {key}",
            help="What black and white are in the numbers the model was trained on: 0, 255 for bytes; -1024, 1024 for "
            "many models of chest X-rays.",
        )  # fmt: skip
    channels, ends = usual.size[0], numbers(span, "range")
    return {
        "range": None if ends == (0, 1) else ends,
        "size": usual.size, "resize": resize, "interpolation": filter_,
        "mean": each_channel(numbers(mean, "mean"), channels), "std": each_channel(numbers(std, "std"), channels),
    }  # fmt: skip


def _size(design: Architecture) -> tuple[int, int, int]:
    channels, high, wide = design.size
    left, right = st.columns(2)
    width = left.number_input("Width in pixels", 1, LARGEST, wide, key=f"own width {design.name}")
    height = right.number_input("Height in pixels", 1, LARGEST, high, key=f"own height {design.name}")
    if design.any_channels:
        named = {3: "colour", 1: "greyscale"}
        channels = st.selectbox(
            "Pictures are", list(named), list(named).index(channels), format_func=named.__getitem__,
            key=f"own channels {design.name}",
        )  # fmt: skip
    return channels, height, width


def _text(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.6g}" for value in values)
