"""What the model is to learn and for how long, drawn as controls: the main parameters in sight, the others folded."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import streamlit as st

from app.refine.evidence import show_evidence
from app.ui.method_form import tune
from app.ui.widgets import pick, several
from core.base.params import Method
from core.catalog import LAYERS, OBJECTIVES
from core.contracts.layer import Layer
from core.contracts.objective import Objective
from core.training.schedule import Schedule

FIRST_OBJECTIVE = "fast_adversarial"
# Parameters in sight; the others are folded.
LEAD = ("eps", "steps", "beta", "regions", "mask_source", "way", "fill", "area", "size", "easy", "hard", "masking",
        "covered", "sensitivity", "adversarial", "every", "weight", "h", "share", "rho", "iterations", "where",
        "target", "attacks", "jacobian", "selective", "inside", "view", "agreement")  # fmt: skip
LEAD_SCHEDULE = ("epochs", "batch", "lr")
# What has no effect while another parameter, drawn before it, is 0; and how to say so.
IDLE = {"fill": ("masking", "Not used: no image is covered."), "h": ("weight", "Not used: its weight is 0."),
        "share": ("weight", "Not used: its weight is 0.")}  # fmt: skip


def ask_objective() -> tuple[type[Objective], dict[str, Any]]:
    """What the model is to learn, and its parameters: the main ones in sight, the others folded."""
    keys = sorted(OBJECTIVES, key=lambda key: OBJECTIVES[key].title)
    key = pick("refine.objective", "Method", keys, FIRST_OBJECTIVE, lambda each: OBJECTIVES[each].title,
               "\n".join(f"- **{kind.title}**: {kind.plain}" for kind in OBJECTIVES.values()))  # fmt: skip
    kind = OBJECTIVES[key]
    st.caption(f"{kind.plain} *{kind.cite}*")
    show_evidence(kind)
    return kind, _parameters(kind, key, LEAD, "More settings of the method")


def ask_layers() -> tuple[Layer, ...]:
    """What is put into the network before it learns, with the settings of each."""
    titles = {key: kind.title for key, kind in LAYERS.items()}
    chosen = several("refine.layers", "Put into the network first (optional)", titles, [],
                     "\n".join(f"- **{kind.title}**: {kind.plain}" for kind in LAYERS.values()))  # fmt: skip
    made = []
    for key in chosen:
        kind = LAYERS[key]
        st.caption(f"{kind.plain} *{kind.cite}*")
        made.append(kind(**_parameters(kind, key, (), f"Settings of: {kind.title}")))
    return tuple(made)


def ask_schedule() -> dict[str, Any]:
    """How long and how fast it learns."""
    return _parameters(Schedule, "schedule", LEAD_SCHEDULE, "More settings of the training", typed=True)


def _parameters(
    kind: type[Method], prefix: str, lead: Sequence[str], title: str, typed: bool = False
) -> dict[str, Any]:
    names = [entry.name for entry in fields(kind)]
    first = [name for name in names if name in lead]
    rest = [name for name in names if name not in first]
    values = _grid(kind, prefix, first, typed)
    if rest:
        with st.expander(title):
            values |= _grid(kind, prefix, rest, typed)
    return values


def _grid(kind: type[Method], prefix: str, names: Sequence[str], typed: bool) -> dict[str, Any]:
    """Controls for these parameters, read row by row: three fields to type in beside one another, or two others."""
    values: dict[str, Any] = {}
    across = 3 if typed else 2
    for begin in range(0, len(names), across):
        for column, name in zip(st.columns(across, gap="medium"), names[begin : begin + across], strict=False):
            with column:
                other, reason = IDLE.get(name, ("", ""))
                idle = values.get(other) == 0
                values[name] = tune(kind, prefix, only=[name], typed=typed, disabled=idle)[name]
                if idle:
                    st.caption(reason)
    return values
