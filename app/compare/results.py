"""What a comparison over many images has found so far: curves, and a table of the strength asked for."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app.compare.charts import curve
from app.ui.gates import show_gates
from core.compare.comparison import SIDES, Pair
from core.compare.number_words import change, interval
from core.compare.words import NAMES
from core.study.words import strength

STABLE = (
    "Rank agreement (Spearman) between the map of the original and the map of the attacked picture, averaged over the "
    "images that both models answer right as they are; both maps are for the original answer, so the question stays "
    "the same. 1: the map did not move. Dashed: ordinary noise of the same size."
)
RIGHT = (
    "Share of the images answered right when each model is attacked by itself. The bands are 95 % intervals (Wilson): "
    "with other images of the same kind, the curve would be expected inside them."
)


def show_curves(seen: Mapping[str, Any], pair: Pair) -> None:
    """Accuracy and stability over strength, and the numbers at the strength asked for."""
    eps, norm = seen["strengths"], pair.attack.norm
    where = eps.index(pair.attack.bound)
    st.markdown(f"**{_sentence(seen, pair, where)}**")
    for side in SIDES:
        if flat := seen[side].get("without_gradient", 0):
            st.warning(f"{NAMES[side]}, {flat:,} of the images answered right gave the attack no gradient to follow: "
                       "that they stay right under it says nothing.")  # fmt: skip
    show_gates((pair.before, pair.after), {pair.before: NAMES["before"], pair.after: NAMES["after"]})
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Answered right under attack**", help=RIGHT)
        chart = curve(seen, "accuracy", eps, norm, "right, %", chosen=eps[where], percent=True)
        st.altair_chart(chart, width="stretch")
    with right:
        st.markdown("**How stable the maps are**", help=STABLE)
        if "stability" in seen["before"] or "stability" in seen["after"]:
            chart = curve(seen, "stability", eps, norm, "rank agreement", control="noise", chosen=eps[where])
            st.altair_chart(chart, width="stretch")
        else:
            st.caption("No map was chosen, it cannot be drawn for these models, or none of these images is answered "
                       "right by both.")  # fmt: skip
    st.table(_table(seen, pair, where), border="horizontal")
    st.caption(
        f"Over {seen['count']:,} test images, with 95 % intervals. Both models see the same ones, so a difference can "
        "be clear even where their two intervals overlap. Against this attack only: a stronger one may leave less. The "
        "estimated change takes a model for a straight line: a diagnostic, not a certificate; it counts 0 for an image "
        "answered wrongly."
        + (
            f" Maps: over the {seen.get('mapped', seen['matched']):,} of the images that both models answer right as "
            "they are, and of which there are maps to compare."
            if "stability" in seen["difference"] and "matched" in seen
            else ""
        )
    )


def _sentence(seen: Mapping[str, Any], pair: Pair, where: int) -> str:
    value, low, high = seen["difference"]["accuracy"][where]
    limit = strength(pair.attack.bound, pair.attack.norm)
    start = f"On {seen['count']:,} images attacked with {limit}, "
    if low > 0 or high < 0:
        more = "more" if value > 0 else "less"
        points = f"{change((value, low, high), 100, 0)} percentage points"
        return f"{start}the model after refinement is right {more} often: {points}."
    return f"{start}the two models are not told apart: the interval of their difference includes 0."


def _table(seen: Mapping[str, Any], pair: Pair, where: int) -> pd.DataFrame:
    before, after, moved = seen["before"], seen["after"], seen["difference"]
    limit = strength(pair.attack.bound, pair.attack.norm)
    rows = [
        ("Right on the originals, %", *(interval(side["accuracy"][0], 100, 1) for side in (before, after)),
         change(moved["accuracy"][0], 100, 1)),
        (f"Right under attack ({limit}), %", *(interval(side["accuracy"][where], 100, 1) for side in (before, after)),
         change(moved["accuracy"][where], 100, 1)),
    ]  # fmt: skip
    if "stability" in moved:
        rows.append((f"Map stability under attack ({limit})",
                     *(interval(side["stability"][where], 1, 2) for side in (before, after)),
                     change(moved["stability"][where], 1, 2)))  # fmt: skip
        rows.append(("Map stability under ordinary noise of that size",
                     *(interval(side["noise"][where], 1, 2) for side in (before, after)), ""))  # fmt: skip
    if "seeds" in before and "seeds" in after:
        rows.append(("Map stability under another seed", *(interval(side["seeds"], 1, 2) for side in (before, after)),
                     ""))  # fmt: skip
    scale, unit = (1, "length") if pair.attack.norm == 2 else (255, "of 255 per pixel")
    rows.append((f"Estimated change, {unit}", *(interval(side["bound"], scale, 2) for side in (before, after)),
                 change(moved["bound"], scale, 2)))  # fmt: skip
    rows.append(("Sensitivity in the spurious region, %",
                 *(interval(side["share"], 100, 1) for side in (before, after)),
                 change(moved["share"], 100, 1)))  # fmt: skip
    names = ["", "Before refinement", "After refinement", "After minus before"]
    return pd.DataFrame(rows, columns=names).set_index("")
