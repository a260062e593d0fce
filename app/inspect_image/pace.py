"""Whether an attack is so quick that the page follows its settings by itself."""

import streamlit as st

from app.ui.state import keep, kept
from core.study.attack_record import Attacked

QUICK = 1.0  # seconds


def quick(attack: str, model: str) -> bool:
    """Whether this attack took no longer than that on this model when it was last made."""
    return bool(kept("quick", None) == (attack, model))


def note_pace(attacked: Attacked, attack: str, model: str) -> None:
    """Keep how quick it was; the page runs again if that has changed, for its sliders then behave otherwise."""
    found = (attack, model) if attacked.seconds < QUICK else None
    if found != kept("quick", None):
        keep("quick", found)
        st.rerun()
