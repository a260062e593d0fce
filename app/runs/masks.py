"""The regions that a run worked with, cycle by cycle: numbers, the leak meter, example pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from app.runs.cycles import MOST, named, show_cycles, show_examples
from app.runs.mask_series import empty, leak

NOTHING = "No spurious region was found in any picture, so nothing was guided."
NOTHING_YET = "No spurious region was found in any picture so far, so nothing is guided yet."
ABOUT = {
    "lime": "By LIME's explanations: the parts that unsettle the answer without supporting it, or as the settings say.",
    "random": "A control: these parts were drawn by lot. No explanation was asked.",
    "gradient": "A control: the parts the answer is most sensitive to, by its gradient. LIME was not asked.",
    "shuffled": "A control: LIME's regions, but each given to another picture.",
    "scorpio": "By Integrated Gradients: what says most about the answer. The foretold change is kept off it.",
    "j_sigr": "By blurring: where it moves the answers least. There they are to react to nothing.",
}
NUMBERS = {
    "reached": ("Pictures that have a spurious region by now", "Where pictures take turns, each cycle looks at some of "
                "them; those whose turn has not come are learnt from as they are. All other lines are about the "
                "pictures looked at in that cycle."),
    "size": ("Spurious region, share of the pixels", "How much of each picture was called spurious, on average."),
    "empty": ("Pictures without a spurious region", "An empty region means that nothing of this picture is guided."),
    "drift": ("Changed since the cycle before", "1 minus the overlap (Jaccard) of each picture's region with its last "
              "one: 0 % is the same region, 100 % none in common."),
    "overlap": ("Alike between pictures", "Mean overlap (Jaccard) of the regions of different pictures: high means "
                "that much the same place is called spurious everywhere, whatever the picture shows."),
    "leak": ("Leak meter: label named from the region alone", "A small probe sees only where the regions lie and names "
             "the label. Where it is right more often than always naming the most frequent label would be, the regions "
             "tell the answer, and a model may learn to read them."),
    "chance": ("Leak meter: always naming the most frequent label", "How often that is right, without a look."),
}  # fmt: skip


def show_masks(
    folder: Path, cycles: Sequence[Mapping[str, float]], end: float, losses: tuple[float, float] | None, instead: str,
    source: str = "lime", region: str = "spurious",
) -> None:  # fmt: skip
    """Numbers and leak meter of every cycle, and examples; nothing for a run without masks.

    losses: on covered images and on the others, in the last epoch; instead: what to say if all regions are empty;
    source: where the regions came from; region: what they are called.
    """
    if not cycles:
        return
    st.subheader(f"What was called {region}", help=f"{ABOUT.get(source, '')} Regions are looked for again at every "
                 "cycle, as the model changes.".strip())  # fmt: skip
    if source in ABOUT and source != "lime":
        st.caption(ABOUT[source])
    if all(map(empty, cycles)):
        st.warning(named(instead, region))
        return
    cycles = cycles[-MOST:]
    metered = any("leak_low" in cycle and not empty(cycle) for cycle in cycles)
    with show_cycles(cycles, end, NUMBERS, region, "regions", metered):
        if metered and not empty(cycles[-1]) and not leak(cycles[-1]):
            st.caption("At the last cycle the interval reaches what always naming the most frequent label gets right, "
                       "or lies below: nothing shows that the regions tell the label.")  # fmt: skip
        if losses is not None:
            means = f"Loss in the last epoch: {losses[0]:.3g} on covered pictures, {losses[1]:.3g} on the others."
            easier = losses[0] < losses[1]
            st.caption(means + (" A covered picture should be harder, not easier: the region may be telling the label."
                                if easier else " A covered picture is harder, as it should be."))  # fmt: skip
    show_examples(folder, f"Examples, the {region} region in orange", "Always the same training pictures, so that you "
                  "can watch the region move.", "regions")  # fmt: skip
