"""Which detectors a study teaches, each with its own parameters, a kind perhaps more than once."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import streamlit as st

from app.measuring.ask_attacks import put_spec
from app.ui.method_form import tune
from app.ui.state import force, remember, setting, settings, shown
from app.ui.widgets import several
from core.base.params import to_spec
from core.catalog import DETECTORS
from core.contracts.detector import Detector
from core.detection.detector_specs import by_slot, kind_of
from core.detection.names import detector_titles
from core.detection.presets import usual_detectors

MOST = 40  # detectors that a link may name


def ask_detectors(prefix: str) -> tuple[dict[str, Any], ...]:
    """Draw the choice and, folded away, the parameters of those chosen; returns them in their JSON form.

    Every kind can be chosen, those that the first preset has besides, and whatever else the setting names: each is a
    slot (see core/detection/detector_specs.py), under whose name its parameters are kept.
    """
    usual = usual_detectors()
    given = setting(f"{prefix}.detectors", "").split(",")[:MOST]
    known = dict.fromkeys([*usual, *(each for each in given if kind_of(each) in DETECTORS)])
    detectors = {slot: _detector(prefix, slot, usual.get(slot, {})) for slot in known}
    titles = dict(zip(known, detector_titles(list(detectors.values())), strict=True))
    help = "\n".join(f"- **{kind.title}**: {kind.plain}" for kind in DETECTORS.values())
    chosen = several(f"{prefix}.detectors", "Detectors", titles, tuple(DETECTORS), help)
    if any(fields(detectors[slot]) for slot in chosen):
        with st.expander("Settings of the detectors"):
            for slot in chosen:
                _draw(prefix, slot, titles[slot])
    return tuple(to_spec(_detector(prefix, slot, {})) for slot in chosen)


def take_detectors(prefix: str, specs: Sequence[Mapping[str, Any]] | None) -> None:
    """Make detectors in their JSON form the settings of a form; None: every kind as it is."""
    slots = by_slot([{"method": key} for key in DETECTORS] if specs is None else specs)
    force(f"{prefix}.detectors", ",".join(slots) or "none")
    for slot, spec in slots.items():
        put_spec(DETECTORS[kind_of(slot)], f"{prefix}.{slot}", spec)


def _detector(prefix: str, slot: str, usual: Mapping[str, Any]) -> Detector:
    """That in a slot, as its controls are set now; `usual`: what the slot begins with, beside its kind's defaults."""
    kind = DETECTORS[kind_of(slot)]
    for entry in fields(kind):
        name, begun = f"{prefix}.{slot}.{entry.name}", usual.get(entry.name, entry.default)
        if (now := shown(name)) is not None:
            remember(name, now)  # a control below has just been changed, and what is drawn above it follows
        elif name not in settings() and begun != entry.default:
            remember(name, begun)
    return kind(**tune(kind, f"{prefix}.{slot}", skip=[entry.name for entry in fields(kind)]))


def _draw(prefix: str, slot: str, title: str) -> None:
    """The parameters of one slot side by side."""
    kind = DETECTORS[kind_of(slot)]
    if names := [entry.name for entry in fields(kind)]:
        st.markdown(f"**{title}**")
        for column, name in zip(st.columns(4), names, strict=False):
            with column:
                tune(kind, f"{prefix}.{slot}", only=(name,), typed=True)
