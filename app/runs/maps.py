"""The maps that a run worked with, cycle by cycle: numbers, the leak meter, example pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from app.runs.cycles import MOST, show_cycles, show_examples
from app.runs.mask_series import leak
from app.ui.markdown import plain
from core.base.params import label, parameter_of
from core.contracts.objective import Objective

ABOUT = {  # what the objective calls its maps -> title, what they are, how to read the examples
    "supporting": (
        "What supports the answer",
        "By LIME: how much of the model's own answer each part of a training picture supports. LIME is asked again at "
        "every cycle, as the model changes.",
        "Red supports the answer, blue speaks against it, white does neither. The same red everywhere: LIME told "
        "nothing. Always the same training pictures, so that you can watch the maps move.",
    ),
    "unsteady": (
        "Where LIME is unsteady",
        "How much LIME's weight of each part of a training picture varies from one time of asking to the next. There "
        "more is covered while learning.",
        "The redder, the more it varies. The same red everywhere: nothing varies, or nobody was asked. Always the same "
        "training pictures, so that you can watch the maps move.",
    ),
}
NOTHING = "LIME told nothing about any picture{}: no map says more of one place than of another, so nothing was guided."
NUMBERS = {
    "reached": ("Pictures that have a map by now", "Where pictures take turns, each cycle looks at some of them; those "
                "whose turn has not come are learnt from without one. All other lines are about the pictures looked at "
                "in that cycle."),
    "told": ("Pictures whose map tells something", "Of the others the map is the same everywhere: LIME could not tell "
             "one place from another."),
    "against": ("Below zero, share of the picture", "How much of a picture speaks against the answer, on average over "
                "the maps that tell something."),
    "drift": ("Changed since the cycle before", "1 minus the rank correlation of each picture's map with its last one: "
              "0 % is the same order of the places, 100 % no order in common, 200 % the reverse."),
    "alike": ("Alike between pictures", "Mean rank correlation of the maps of different pictures: high means that much "
              "the same places count everywhere, whatever the picture shows."),
    "leak": ("Leak meter: label named from the map alone", "A small probe sees only where the maps are above an even "
             "share, and names the label. Where it is right more often than always naming the most frequent label "
             "would be, the maps tell the answer."),
    "chance": ("Leak meter: always naming the most frequent label", "How often that is right, without a look."),
}  # fmt: skip


def show_maps(
    folder: Path, cycles: Sequence[Mapping[str, float]], end: float, kind: type[Objective], source: str, alive: bool
) -> None:
    """Numbers and leak meter of every cycle, and examples; nothing for a run without maps.

    kind: the objective, which names its maps and their sources; source: where they came from; alive: whether it works.
    """
    if not cycles:
        return
    title, help, reading = ABOUT.get(kind.region, ABOUT["supporting"])
    st.subheader(title, help=help)
    entry = parameter_of(kind, "mask_source")
    if entry is not None and source != "lime":
        words = label(entry, source)
        st.caption(plain(f"{words[:1].upper()}{words[1:]}.", 200))
    cycles = cycles[-MOST:]
    if all(cycle.get("told") == 0 for cycle in cycles):
        if source not in getattr(kind, "even", ()):  # there LIME was not asked
            st.warning(NOTHING.format(" so far" if alive else ""))
        return
    metered = any("leak_low" in cycle for cycle in cycles)
    show_cycles(cycles, end, NUMBERS, "spurious", "maps", metered)
    if metered:
        st.caption(leaking(cycles[-1]))
    show_examples(folder, "Examples", reading, "maps")


def leaking(cycle: Mapping[str, float]) -> str:
    """What the leak meter says of the maps of a cycle, in a sentence or two.

    >>> leaking({"leak": 0.2, "leak_low": 0.15, "leak_high": 0.25, "chance": 0.16})[:57]
    'At the last cycle nothing shows that the maps tell the la'
    """
    if not leak(cycle):
        return (
            "At the last cycle nothing shows that the maps tell the label: the interval reaches what always naming the "
            "most frequent label gets right, or lies below."
        )
    share, chance = 100 * cycle["leak"], 100 * cycle["chance"]
    return (
        f"At the last cycle the maps tell the label: a small probe names it from them alone for {share:.0f} % of the "
        f"images, where always naming the most frequent label is right for {chance:.0f} %. If what the model sees "
        "follows the maps, it may learn to read them: compare with the control of other pictures’ maps."
    )
