"""What a measurement under common corruptions has found so far: sentences, a table, heat maps side by side."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.corruptions.charts import heat_map
from app.corruptions.tables import corruption_table, model_table
from app.ui import components
from app.ui.markdown import plain
from app.ui.widgets import segments
from core.catalog import CORRUPTIONS
from core.robustness.words import compared
from core.runs.run import Run
from core.runs.tasks.corruptions import CorruptionsRequest

HEAT = (
    "Of 100 images, so many are answered right. The lighter a tile, the more; the colours mean the same on every map. "
    "Point at a tile for its 95 % interval (Wilson)."
)


def show_results(told: Mapping[str, Any], asked: CorruptionsRequest, names: Mapping[str, str], run: Run) -> None:
    """Draw what `core.evaluation.corruption_summary` tells. names: model -> title."""
    if "mean" in told["models"][0]:
        for sentence in sentences(told, names):
            st.markdown(plain(sentence, 600))
        components.table(model_table(told, names), key="models")
    base, *others = told["models"]
    model = _other(others, names)
    shown = [base] if model is None else [base, model]
    for column, each in zip(st.columns(2, gap="large", vertical_alignment="bottom"), shown, strict=False):
        with column:
            st.markdown(f"**{plain(names.get(each['classifier'], each['classifier']), 100)}**", help=HEAT)
    for column, each in zip(st.columns(2, gap="large"), shown, strict=False):
        with column:
            st.altair_chart(heat_map(each), width="stretch", key=f"heat-{each['classifier']}")
    st.caption(f"Images answered right, in percent, of {told['count']:,} images, by corruption and severity: the "
               "lighter a tile, the more; colours and images are the same for every model.")  # fmt: skip
    with st.expander("Numbers by corruption"):
        components.table(corruption_table(told, names, model or base), key="by-corruption")
        st.caption("Answered right, the mean over the five severities.")
    for note in notes(asked):
        st.caption(note)


def sentences(told: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """The mean of each model, and what the others are to the first, in a sentence each."""
    whole = told.get("whole")
    over = f"So far, over {whole} of {len(CORRUPTIONS)} corruptions" if whole is not None else (
        f"Over {len(CORRUPTIONS)} corruptions")  # fmt: skip
    said = []
    for model in told["models"]:
        name, mean = names.get(model["classifier"], model["classifier"]), model["mean"]
        between = "" if mean["interval_95"] is None else " ({:.1f} to {:.1f})".format(
            *(100 * each for each in mean["interval_95"]))  # fmt: skip
        clean = 100 * model["cells"][0]["accuracy"]
        said.append(f"{over} at 5 severities, {name} is right on {100 * mean['accuracy']:.1f} %{between} of the "
                    f"corrupted images, and on {clean:.1f} % as they are.")  # fmt: skip
    base = names.get(told["models"][0]["classifier"], told["models"][0]["classifier"])
    for model in told["models"][1:]:
        name, gain = names.get(model["classifier"], model["classifier"]), model["gain"]
        if gain is not None:
            found = (gain["difference"], *gain["interval_95"])
            said.append(f"On the same corrupted images, {compared(name, base, found)}.")
        if (mce := model["mce"]) is not None:
            said.append(f"Corruption by corruption, {name} gives {100 * mce:.0f} % as many wrong answers as {base} "
                        "(mean corruption error, mCE; below 100 % is fewer).")  # fmt: skip
        else:
            said.append(f"A mean corruption error (mCE) of {name} cannot be told: under at least one corruption {base} "
                        "makes no error to compare with.")  # fmt: skip
    return said


def notes(asked: CorruptionsRequest) -> list[str]:
    """What the corrupted images are, and what of them is made up here."""
    if asked.official:
        return [f"Corrupted images: the published files {plain(asked.official, 200)}."]
    said = ["Corrupted images are made here by the published recipe (Hendrycks, Dietterich 2019); numbers on the "
            "published files can differ a little."]  # fmt: skip
    for kind in CORRUPTIONS.values():
        if kind.reconstructed:
            said.append(f"{kind.title} is reconstructed: {kind.reconstructed}. Its numbers are not to be compared with "
                        "published ones.")  # fmt: skip
    return said


def _other(others: list[Mapping[str, Any]], names: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The model beside the baseline."""
    if len(others) < 2:
        return others[0] if others else None
    options = {str(place): names.get(each["classifier"], each["classifier"]) for place, each in enumerate(others)}
    return others[int(segments("corruptions.beside", "Beside the baseline", options, "0"))]
