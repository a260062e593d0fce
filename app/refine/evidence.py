"""Under the method that is chosen: what was found when its explanation was held against controls."""

import streamlit as st

from app.refine.measured_preset import gain, measured
from app.ui.cached_measures import trial_evidence
from app.ui.markdown import plain
from core.contracts.objective import Objective
from core.objectives.right_reasons import RightReasons
from core.trials.evidence import OPEN, headline

ASKED = "**Does the explanation help?**"
WHERE = "Every trial, with its intervals and commands: docs/guidance.md."
DAMAGED = (ValueError, OSError, LookupError, TypeError, ArithmeticError)


def show_evidence(kind: type[Objective]) -> None:
    """Nothing where the method has no explanation that a trial asks about; a sentence where that cannot be read."""
    try:
        found = trial_evidence(kind.key)
        told = measured() if kind is RightReasons else None
        expert = gain(told) if told is not None else ""
    except DAMAGED:
        st.caption("What was found of this method cannot be read from the project's files.")
        return
    if expert:
        st.caption(f"**Do an expert's regions help?** With a planted square that gives digits away: {expert}")
    if found:
        st.caption(f"{ASKED} {headline(found)}")
    if found and found != [OPEN]:
        with st.expander("What the trials found"):
            st.markdown("\n".join(f"- {plain(each, 900)}" for each in found))
            st.caption(WHERE)
