"""How long a run will take and how much memory it needs, measured in the background when asked for."""

import json
import logging
import threading
from dataclasses import dataclass

import streamlit as st

from app.cached import measurements
from app.refine_asked import Asked
from app.run_words import duration
from app.text import plain
from core.estimate import Estimate, estimate

log = logging.getLogger("counterproof")
POLL = 1.0  # seconds
KEPT = 64


@dataclass(eq=False)
class Measurement:
    """One measurement: on its way until it has either found something or a message."""

    found: Estimate | None = None
    message: str = ""

    @property
    def alive(self) -> bool:
        return self.found is None and not self.message

    def work(self, asked: Asked) -> None:
        """The body of the thread, which never calls Streamlit."""
        try:
            self.found = estimate(asked.arguments, asked.device)
        except Exception as error:  # noqa: BLE001  the boundary: a sentence for the page, the traceback for the log
            log.exception("estimate of %s", asked.arguments)
            known = isinstance(error, ValueError | OSError)
            self.message = str(error) if known else f"{type(error).__name__}: {error}"


def show_estimate(asked: Asked, possible: bool) -> None:
    """What was measured for these very settings, or a button that measures it."""
    known = measurements()
    key = json.dumps([asked.arguments, asked.device])
    found: Measurement | None = known.get(key)
    if found is not None and found.alive:
        _wait(found)
    elif found is not None and found.found is not None:
        st.markdown(f"**{said(found.found)}**", help="The first epoch is often slower than the others, and whatever "
                    "else this machine does slows it down.")  # fmt: skip
        st.caption(parts(found.found))
    else:
        if found is not None:
            st.warning(f"It could not be measured: {plain(found.message, 400)}")
        if st.button("Measure time and memory", disabled=not possible, icon=":material/timer:", width="stretch",
                     help="Trains a few steps with these settings and throws them away."):  # fmt: skip
            known[key] = begun(asked)
            while len(known) > KEPT:
                known.popitem(last=False)
            st.rerun()


def begun(asked: Asked) -> Measurement:
    """A measurement that has just begun."""
    made = Measurement()
    threading.Thread(target=made.work, args=(asked,), name="estimate", daemon=True).start()
    return made


@st.fragment(run_every=POLL)
def _wait(found: Measurement) -> None:
    if not found.alive:
        st.rerun()
    st.caption(":material/timer: Measuring a few steps …")


def said(found: Estimate) -> str:
    """Time and memory in a few words."""
    return f"About {duration(found.seconds)}, {size(found.memory_bytes)}; measured from {found.steps} steps"


def parts(found: Estimate) -> str:
    """What the time is made of."""
    each = f"{duration(found.seconds_per_epoch)} an epoch"
    return each + (f", {duration(found.refresh_seconds)} each time the masks are made" if found.refresh_seconds else "")


def size(count: float) -> str:
    """Bytes in words.

    >>> size(6.4e8), size(2.1e10), size(4e6)
    ('0.6 GB', '21 GB', 'under 0.1 GB')
    """
    giga = count / 1e9
    return f"{giga:.0f} GB" if giga >= 10 else f"{giga:.1f} GB" if giga >= 0.05 else "under 0.1 GB"
