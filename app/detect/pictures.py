"""Signatures and critical pixels as pictures: examples in rows, and pixels marked on an image."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from app.ui.markdown import plain
from app.ui.mask_pictures import strip
from core.study.colour_scale import signed
from core.study.figures import png

Told = Mapping[str, Any]
SIDE = 160  # pixels of a picture on the page
HEADS = ("original", "attacked", "signature of the original", "signature of the attacked image", "difference")
SCALE = "Red supports the answer, blue speaks against it, white is zero; one scale for the three maps of a row."


def show_examples(told: Told) -> None:
    """Test images of different classes with both signatures and their difference, a row each."""
    if not told["examples"]:
        st.caption("No attack fooled the model, so there is nothing to show.")
        return
    for column, head in zip(st.columns(len(HEADS)), HEADS, strict=True):
        column.markdown(f"**{head}**")
    for example in told["examples"]:
        first, second = (torch.tensor(each) for each in example["signatures"])
        limit = max(float(torch.cat([first, second, second - first]).abs().max()), 1e-12)
        maps = (signed(each, limit) for each in (first, second, second - first))
        drawn = [*map(_coloured, example["pictures"]), *maps]
        said = [f"{example['answers'][0]}", f"{example['answers'][1]}", f"±{limit:.2g}", "", ""]
        for column, picture, words in zip(st.columns(len(HEADS)), drawn, said, strict=True):
            column.image(png(picture, SIDE), caption=plain(words, 60) or None, width=SIDE)
    st.caption(f"Attacked by {plain(told['shown_attack'], 60)}; below a picture stands the model's answer. {SCALE}")


def _coloured(rows: Sequence[Any]) -> NDArray[np.uint8]:
    """[H][W][C], one or three channels, as (H, W, 3)."""
    picture = np.array(rows, dtype=np.uint8)
    return np.ascontiguousarray(np.broadcast_to(picture, (*picture.shape[:2], 3)))


def show_pixels(examples: Sequence[Told], chosen: Sequence[int], shape: tuple[int, int], most: int = 4) -> None:
    """The chosen pixels, by their places row by row of maps (H, W), marked on a few originals."""
    mask = np.zeros(shape[0] * shape[1], dtype=bool)
    mask[list(chosen)] = True
    mask = mask.reshape(shape)
    pictures = [np.array(each["pictures"][0], dtype=np.uint8).transpose(2, 0, 1) for each in examples[:most]]
    pictures = [each for each in pictures if each.shape[1:] == shape]
    if pictures:
        st.image(png(strip(np.stack(pictures), np.stack([mask] * len(pictures)), SIDE)))
    else:
        st.image(png(strip(np.full((1, 1, *shape), 90, np.uint8), mask[None], SIDE)))
