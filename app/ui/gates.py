"""How a model stands with the checks that a claim of robustness must pass, wherever such a claim is shown."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app.ui.markdown import plain
from core.evaluation.gate_words import GATES, listed, of_model, short, state

WHY = (
    "A model can look robust because attacks fail to find what is there. Six checks look for that, and two more ask "
    "of a model that explanations guided whether they helped; a claim of robustness is worth no more than they leave "
    "of it."
)


def cell(name: str) -> dict[str, Any]:
    """The state of a model's checks for a table; each check on hover."""
    card = of_model(name)
    return {"text": short(card), "title": listed(card)}


def show_gates(names: Sequence[str], titles: dict[str, str]) -> None:
    """One line for each model, and folded below, what every check asks and how it came out."""
    cards = {name: of_model(name) for name in names}
    said = "; ".join(f"{plain(titles.get(name, name), 100)}: {short(card)}" for name, card in cards.items())
    st.caption(f"Checks against masking: {said}.", help=WHY)
    if not any(card is not None and card.gates for card in cards.values()):
        return
    with st.expander("The checks, one by one"):
        st.markdown(WHY)
        for gate, (title, asks) in GATES.items():
            found = ", ".join(f"{plain(titles.get(name, name), 60)}: {state(card, gate)}"
                              for name, card in cards.items())  # fmt: skip
            st.markdown(f"- **{title}** ({gate}) — {asks} *{found}*")
