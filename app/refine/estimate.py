"""How long a run will take and how much memory it needs, measured in the background when asked for."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from app.refine.measure_process import Measurement
from app.run_words.words import duration
from app.ui.cached import measurements
from app.ui.markdown import plain
from core.refinement.request import Refinement

POLL = 1.0  # seconds
KEPT = 64


def show_estimate(request: Refinement, device: str, possible: bool) -> None:
    """What was measured for these very settings, or a button that measures it."""
    known = measurements()
    wanted = {"arguments": replace(request, title="").arguments(), "device": device}
    key = json.dumps(wanted)
    found: Measurement | None = known.get(key)
    if found is not None and found.alive:
        _wait(found)
        return
    if found is not None and found.found:
        st.markdown(f"**{said(found.found)}**", help="What else this machine does slows a run down. Memory is that of "
                    "the run, with its libraries.")  # fmt: skip
        st.caption(parts(found.found))
        return
    if found is not None:
        st.warning(f"Nothing was measured. {plain(found.message, 400)}")
    else:
        st.caption("How long it takes is not known yet.")
    if st.button("Measure time and memory", disabled=not possible, icon=":material/timer:", width="stretch",
                 help="Trains a few steps with these settings and throws them away."):  # fmt: skip
        known[key] = Measurement().begin(wanted)
        while len(known) > KEPT:
            known.popitem(last=False)
        st.rerun()


@st.fragment(run_every=POLL)
def _wait(found: Measurement) -> None:
    if not found.alive:
        st.rerun()
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.caption("Measuring a few steps …")
    if right.button("Cancel", width="stretch", key="measure-stop"):
        found.stop()
        st.rerun()


def said(found: Mapping[str, Any]) -> str:
    """Time and memory in a few words.

    >>> said({"seconds": 840.0, "memory_bytes": 6.4e8, "steps": 3})
    'About 14 min, 0.6 GB; measured from 3 steps'
    """
    steps = found["steps"]
    measured = f"measured from {steps} step{'' if steps == 1 else 's'}"
    return f"About {duration(found['seconds'])}, {size(found['memory_bytes'])}; {measured}"


def parts(found: Mapping[str, Any]) -> str:
    """What the time is made of.

    >>> parts({"seconds_per_epoch": 60.0, "refresh_seconds": 12.0})
    '1 min an epoch, 12 s each time spurious regions are looked for.'
    """
    seconds = found["refresh_seconds"]
    regions = f", {duration(seconds)} each time spurious regions are looked for" if seconds else ""
    return f"{duration(found['seconds_per_epoch'])} an epoch{regions}."


def size(count: float) -> str:
    """Bytes in words.

    >>> size(6.4e8), size(2.1e10), size(4e6)
    ('0.6 GB', '21 GB', 'under 0.1 GB')
    """
    giga = count / 1e9
    return f"{giga:.0f} GB" if giga >= 10 else f"{giga:.1f} GB" if giga >= 0.05 else "under 0.1 GB"
