"""Masks that a training makes anew in every step, as they were after some epochs: of the same pictures every time."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from app.runs.mask_trace import show_trace
from app.ui.cached import mask_strip
from core.base.run_folder import all_epoch_masks

SHOWN = 3  # epochs on the page: the first and the latest
TITLES = {
    "marked": ("What was marked as not to matter", "In orange: the regions that the marked pictures were learnt with. "
               "A control has the same pictures with other regions."),
    "salience": ("What training replaced or switched off in the picture", "In orange: what the objective chose by the "
                 "model's own sensitivity, as the model was after that epoch. It chooses anew in every step."),
    "attention": ("What the network covers of the picture", "In orange: where the network lets less than half of the "
                  "picture through to its own eyes, as it was after that epoch."),
}  # fmt: skip


def show_epoch_masks(folder: Path) -> None:
    """The same pictures after several epochs, for each kind of mask that the run has kept; nothing without any."""
    for kind, (title, help) in TITLES.items():
        paths = all_epoch_masks(folder, kind)
        if not paths:
            continue
        st.markdown(f"**{title}**", help=help)
        shown = paths if len(paths) <= SHOWN else [paths[0], *paths[1 - SHOWN :]]
        _strips(folder, shown)
        if between := [path for path in paths if path not in shown]:
            with st.expander(f"The {len(between)} epochs in between"):
                _strips(folder, between)


def _strips(folder: Path, paths: Sequence[Path]) -> None:
    for path in paths:
        done = path.stem.rpartition("-")[2]
        text = f"After epoch {int(done) + 1}" if done.isdigit() else path.stem
        text = "Some of the marked pictures" if path.stem.startswith("marked") else text
        strip = mask_strip(str(path), path.stat().st_mtime_ns if path.exists() else 0)
        if not strip:
            st.caption(f"{text}: the examples cannot be read.")
            continue
        st.image(strip, caption=text, alt=f"pictures with their masks, {text.lower()}", width="stretch")
        show_trace(folder, path)
