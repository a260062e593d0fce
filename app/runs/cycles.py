"""What masks and maps of a run have in common on its page: a table of the cycles, the leak meter, example pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.runs import charts as run_charts
from app.runs.mask_series import empty
from app.runs.mask_trace import show_trace
from app.ui.cached import mask_strip
from core.base.run_folder import all_mask_examples

ALIKE = ("drift", "overlap")
MOST = 1_000  # cycles in the table
SHOWN = 4  # cycles of examples on the page: the first and the latest
Told = Mapping[str, tuple[str, str]]  # a number's name -> its title and what it means


def show_cycles(
    cycles: Sequence[Mapping[str, float]], end: float, told: Told, region: str, of: str, metered: bool
) -> DeltaGenerator:
    """The table of the cycles, below it the leak meter beside what the lines mean; returns the column of the latter.

    of: what the run worked with, in the plural; region: what it calls them; metered: whether there is a meter to show.
    """
    st.dataframe(numbers(cycles, region, told), width="stretch")
    left, right = st.columns([1.2, 1], gap="large")
    if metered:
        left.markdown(f"**Leak meter: what the {of} alone tell**", help=told["leak"][1])
        left.altair_chart(run_charts.leaks(cycles, end), width="stretch")
    known = [name for name in told if any(name in cycle for cycle in cycles) and name != "chance"]
    lines = [f"- **{title}.** {help}" for title, help in map(told.__getitem__, known)]
    right.caption(named("\n".join(lines), region))
    return right


def numbers(cycles: Sequence[Mapping[str, float]], region: str, told: Told) -> pd.DataFrame:
    """The numbers `told` of the masks in words: a line each, a column a cycle."""
    lines = {}
    for name, (title, _) in told.items():
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


def show_examples(folder: Path, title: str, help: str, of: str) -> None:
    """The same pictures at several cycles, with what the run kept of them; of: what that is called in an image's alt
    text."""
    paths = all_mask_examples(folder)
    shown = paths if len(paths) <= SHOWN else [paths[0], *paths[1 - SHOWN :]]
    if not shown:
        return
    st.markdown(f"**{title}**", help=help)
    _strips(folder, paths, shown, of)
    if between := [path for path in paths if path not in shown]:
        with st.expander(f"The {len(between)} cycles in between"):
            _strips(folder, paths, between, of)


def _strips(folder: Path, paths: Sequence[Path], shown: Sequence[Path], of: str) -> None:
    for path in shown:
        done = path.stem.rpartition("-")[2]
        text = f"Cycle {paths.index(path) + 1}, {_when(int(done))}" if done.isdigit() else path.stem
        strip = mask_strip(str(path), path.stat().st_mtime_ns if path.exists() else 0)
        if strip:
            st.image(strip, caption=text, alt=f"pictures with their {of}, {text}", width="stretch")
            show_trace(folder, path)
        else:
            st.caption(f"{text}: the examples cannot be read.")
