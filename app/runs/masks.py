"""The regions that a run worked with, cycle by cycle: numbers, the leak meter, example pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from app.runs import charts as run_charts
from app.runs.mask_series import empty, leak
from app.runs.mask_trace import show_trace
from app.ui.cached import mask_strip
from core.base.run_folder import all_mask_examples

ALIKE = ("drift", "overlap")
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
MOST = 1_000  # cycles in the table
SHOWN = 4  # cycles of examples on the page: the first and the latest
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
    st.dataframe(numbers(cycles, region), width="stretch")
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        if metered:
            st.markdown("**Leak meter: what the regions alone tell**", help=NUMBERS["leak"][1])
            st.altair_chart(run_charts.leaks(cycles, end), width="stretch")
    with right:
        known = [name for name in NUMBERS if any(name in cycle for cycle in cycles) and name != "chance"]
        lines = [f"- **{title}.** {help}" for title, help in map(NUMBERS.__getitem__, known)]
        st.caption(named("\n".join(lines), region))
        if metered and not empty(cycles[-1]) and not leak(cycles[-1]):
            st.caption("At the last cycle the interval reaches what always naming the most frequent label gets right, "
                       "or lies below: nothing shows that the regions tell the label.")  # fmt: skip
        if losses is not None:
            means = f"Loss in the last epoch: {losses[0]:.3g} on covered pictures, {losses[1]:.3g} on the others."
            easier = losses[0] < losses[1]
            st.caption(means + (" A covered picture should be harder, not easier: the region may be telling the label."
                                if easier else " A covered picture is harder, as it should be."))  # fmt: skip
    show_examples(folder, region)


def numbers(cycles: Sequence[Mapping[str, float]], region: str = "spurious") -> pd.DataFrame:
    """The numbers of the masks in words: a line each, a column a cycle."""
    lines = {}
    for name, (title, _) in NUMBERS.items():
        if any(name in cycle for cycle in cycles):
            lines[named(title, region)] = [_share(cycle, name) for cycle in cycles]
    heads = [f"cycle {cycle['cycle']:.0f}, {_when(int(cycle['epoch']))}" for cycle in cycles]
    return pd.DataFrame(lines, index=heads).T


def named(text: str, region: str) -> str:
    """A text about spurious regions, about regions of another name.

    >>> named("A spurious region, or spurious regions", "important")
    'An important region, or important regions'
    """
    if region == "spurious":
        return text
    text = text.replace("a spurious", f"an {region}").replace("A spurious", f"An {region}")
    return text.replace("spurious", region).replace("Spurious", region.capitalize())


def _when(epoch: int) -> str:
    return f"after epoch {epoch}" if epoch else "at the start"


def _share(cycle: Mapping[str, float], name: str) -> str:
    if name == "leak" and name in cycle and empty(cycle):
        return "not measured: no regions"
    if name not in cycle or (name in ALIKE and empty(cycle)):  # no two regions to compare
        return "—"
    if name == "leak" and "leak_low" in cycle and "leak_high" in cycle:
        return f"{100 * cycle[name]:.0f} % ({100 * cycle['leak_low']:.0f} to {100 * cycle['leak_high']:.0f} %)"
    return f"{100 * cycle[name]:.1f} %"


def show_examples(folder: Path, region: str = "spurious") -> None:
    """The same pictures at several cycles, the region tinted and outlined."""
    paths = all_mask_examples(folder)
    shown = paths if len(paths) <= SHOWN else [paths[0], *paths[1 - SHOWN :]]
    if not shown:
        return
    st.markdown(f"**Examples, the {region} region in orange**", help="Always the same training pictures, so that you "
                "can watch the region move.")  # fmt: skip
    _strips(folder, paths, shown)
    if between := [path for path in paths if path not in shown]:
        with st.expander(f"The {len(between)} cycles in between"):
            _strips(folder, paths, between)


def _strips(folder: Path, paths: Sequence[Path], shown: Sequence[Path]) -> None:
    for path in shown:
        done = path.stem.rpartition("-")[2]
        text = f"Cycle {paths.index(path) + 1}, {_when(int(done))}" if done.isdigit() else path.stem
        strip = mask_strip(str(path), path.stat().st_mtime_ns if path.exists() else 0)
        if strip:
            st.image(strip, caption=text, alt=f"pictures with their regions, {text}", width="stretch")
            show_trace(folder, path)
        else:
            st.caption(f"{text}: the examples cannot be read.")
