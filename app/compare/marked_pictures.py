"""Whether two models use the regions that an expert marked as meaningless, on a set of marked pictures."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app.compare.models import ModelPair
from app.ui.advice import advice
from app.ui.cached_measures import marked_region
from app.ui.state import keep, kept
from app.ui.widgets import pick
from core.compare.marked_region import misfit
from core.compare.number_words import change, interval
from core.spurious.marked_images import load_marked
from core.spurious.marked_sets import SETS

ROWS = {
    "share": ("Reaction inside the marked region, % of all", 100),
    "moved": ("Change of the answer when the region is filled, points", 100),
    "right": ("Right answers on the marked pictures, %", 100),
}  # fmt: skip
HELP = (
    "Reaction: how much of the slope of the right answer's log-probability, over all pixels, lies in the region. "
    "Change: how far the probability of the right answer moves, on average, when the region is filled with the same "
    "place of other marked pictures. Of a model that ignores the region both are near 0."
)


def show_marked(two: ModelPair) -> None:
    """A picker of the set, a button, and the table; nothing where nobody has marked anything."""
    if not (names := [name for name in SETS if name and _fits(name, two)]):
        return
    st.subheader("Regions that an expert marked", help=HELP)
    left, right = st.columns([1.4, 1], vertical_alignment="bottom")
    with left:
        name = pick("compare.marked", "Marked pictures", names, names[0], SETS.__getitem__,
                    "Take pictures that the model after has not learnt by, too: what it does on those that it has seen "
                    "may be memory.")  # fmt: skip
    asked = (name, *two.weights.values())
    with right:
        if st.button("Measure on these"):
            keep("compare marked asked", asked)
    if kept("compare marked asked", None) != asked:
        return
    try:
        with st.spinner("Both models look at the marked pictures …"):
            told = marked_region(name, two.models, tuple(two.weights.values()))
    except (ValueError, OSError) as error:
        st.info(advice(error))
        return
    st.markdown(sentence(told))
    st.dataframe(table(told), width="stretch")
    st.caption(f"{told['count']:,} pictures, 95 % intervals over them. The marked regions cover "
               f"{100 * told['area']:.1f} % of a picture on average: that much of an even reaction would lie in "
               "them.")  # fmt: skip


def _fits(name: str, two: ModelPair) -> bool:
    """Whether both models can be asked about the pictures of a set."""
    try:
        marked = load_marked(name)
    except (ValueError, OSError):
        return False
    return not any(misfit(model, marked) for model in two.models.values())


def sentence(told: Mapping[str, Any]) -> str:
    """What came of it in a sentence.

    >>> found = {"difference": -0.31, "interval_95": [-0.4, -0.2]}
    >>> told = {"moved": {"before": [0.33, 0.2, 0.4], "after": [0.02, 0.01, 0.03], "difference": found}}
    >>> sentence(told)
    'When the marked regions are filled, the answer moves by 33 points before refinement and by 2 after: less.'
    """
    moved = told["moved"]
    low, high = moved["difference"]["interval_95"]
    ends = ": less." if high < 0 else ": more." if low > 0 else "; the two cannot be told apart."
    return (f"When the marked regions are filled, the answer moves by {100 * moved['before'][0]:.0f} points before "
            f"refinement and by {100 * moved['after'][0]:.0f} after{ends}")  # fmt: skip


def table(told: Mapping[str, Any]) -> pd.DataFrame:
    """The three measures of both models, and the difference on the same pictures."""
    lines = []
    for name, (title, times) in ROWS.items():
        found, apart = told[name], told[name]["difference"]
        both = (apart["difference"], *apart["interval_95"])
        lines.append((title, *(interval(found[side], times, 1) for side in ("before", "after")),
                      change(both, times, 1)))  # fmt: skip
    names = ["", "Before refinement", "After refinement", "After minus before"]
    return pd.DataFrame(lines, columns=names).set_index("")
