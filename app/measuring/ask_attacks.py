"""The controls that forms of measurements under attack share: a preset, attacks with their settings, numbers typed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

import streamlit as st

from app.ui.method_form import put, tune
from app.ui.state import force, setting
from app.ui.widgets import pick
from core.base.params import Method
from core.catalog import ATTACKS
from core.contracts.attack import Attack
from core.robustness.presets import Preset

OWN = "own"


def ask_preset(
    prefix: str, presets: Mapping[str, Preset], take: Callable[[Mapping[str, Any]], None], own: Sequence[str]
) -> None:
    """A preset, which `take` makes the settings of the form when it is chosen, and at first if none of `own` is set."""
    titles = {key: preset.title for key, preset in presets.items()} | {OWN: "My own settings"}
    first = next(iter(titles))
    if any(setting(f"{prefix}.{name}", "") for name in own):
        first = OWN  # unless it is said which preset these are, they are none
    else:
        take(presets.get(setting(f"{prefix}.preset", first), presets[first]).arguments)
    before = setting(f"{prefix}.preset", first)
    chosen = pick(f"{prefix}.preset", "Preset", list(titles), first, titles.__getitem__,
                  "A preset fills in the settings below; change any of them afterwards.")  # fmt: skip
    if chosen in presets and chosen != before:
        take(presets[chosen].arguments)
        st.rerun()
    st.caption(presets[chosen].help if chosen in presets else "")


def take_name(prefix: str, presets: Mapping[str, Preset], arguments: Mapping[str, Any]) -> None:
    """Make the picker say which preset these arguments are, or that they are none."""
    force(f"{prefix}.preset", next((key for key, each in presets.items() if each.arguments == arguments), OWN))


def attacks_to_choose(norms: Collection[float]) -> dict[str, str]:
    """Key -> title of every attack that bounds its change in one of these norms."""
    return {key: kind.title for key, kind in sorted(ATTACKS.items(), key=lambda each: each[1].title)
            if kind.norm in norms}  # fmt: skip


def take_attacks(prefix: str, specs: Sequence[Mapping[str, Any]]) -> None:
    """Make attacks in their JSON form the settings of a form."""
    force(f"{prefix}.attacks", ",".join(dict.fromkeys(each["method"] for each in specs)))
    for each in specs:
        put_spec(ATTACKS[each["method"]], f"{prefix}.{each['method']}", each)


def put_spec(kind: type[Method], prefix: str, spec: Mapping[str, Any]) -> None:
    """Make the parameters of a method in its JSON form its settings, those below `prefix`."""
    put(kind, prefix, {name: value for name, value in spec.items() if name != "method"})


def ask_parameters(prefix: str, chosen: Sequence[str]) -> list[Attack]:
    """The attacks chosen, each with its settings in a folded part; its strength is asked for elsewhere."""
    attacks = []
    for key in chosen:
        kind = ATTACKS[key]
        if [entry for entry in fields(kind) if entry.name != "eps"]:
            with st.expander(f"Settings of {kind.title}"):
                st.caption(f"{kind.plain} *{kind.cite}*")
                values = tune(kind, f"{prefix}.{key}", skip=("eps",), typed=True)
        else:
            values = tune(kind, f"{prefix}.{key}", skip=("eps",))
        attacks.append(kind(**values))
    return attacks


def numbers(typed: str, what: str) -> tuple[float, ...]:
    """Numbers with commas or spaces between them.

    >>> numbers("1, 2.5 4", "strengths")
    (1.0, 2.5, 4.0)
    """
    try:
        return tuple(sorted({float(each) for each in typed.replace(",", " ").split()}))
    except ValueError as error:
        raise ValueError(f"expected {what} as numbers with commas between them, got {typed[:60]!r}") from error
