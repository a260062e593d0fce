"""Measurements as runs: which kind is looked at, those there are, the one that is shown, and a new one."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.measuring.kind import Kind
from app.run_words.words import subtitle, title
from app.ui.advice import advice
from app.ui.places import chosen_parts, chosen_place
from app.ui.state import drop, force, keep, kept, linked, setting, settings, write_link
from app.ui.widgets import pick, segments
from core.data.by_name import data_names
from core.runs.run import Run
from core.runs.store import Store
from core.runs.tasks import DIVISIBLE

NEW = "new"
KIND = "evaluate.kind"


def choose_kind(kinds: Mapping[str, Kind[Any]]) -> tuple[Kind[Any], dict[str, Run]]:
    """The kind that is looked at, and its runs by id, the newest first. A link to a run opens that run's kind."""
    first, runs = next(iter(kinds)), _all()
    shown = kinds[first].shown
    asked = runs.get(setting(shown, NEW))
    task = asked.spec.get("task") if asked is not None else None
    its = next((key for key, kind in kinds.items() if kind.task == task), "")
    if its and linked(shown) and setting(KIND, first) != its:
        force(KIND, its)
    chosen = segments(KIND, "What is measured", {key: kind.title for key, kind in kinds.items()}, first)
    if its and its != chosen:
        drop(shown)
    kind = kinds[chosen]
    return kind, _of(kind, runs)


def runs_of(kind: Kind[Any]) -> dict[str, Run]:
    """The runs of a kind that has a page to itself, by id, the newest first."""
    return _of(kind, _all())


def _all() -> dict[str, Run]:
    try:
        return {run.id: run for run in Store.usual().runs()}
    except OSError:
        return {}


def _of(kind: Kind[Any], runs: Mapping[str, Run]) -> dict[str, Run]:
    return {each: run for each, run in runs.items() if run.spec.get("task") == kind.task}


def choose(kind: Kind[Any], known: Mapping[str, Run], names: Mapping[str, str]) -> Run | None:
    """The run to show, None for a new one. names: classifier -> title."""
    if not known and setting(kind.shown, NEW) == NEW:
        return None
    data = data_names()
    options = {NEW: f"A new {kind.one}"} | {each: _words(run, data, names) for each, run in known.items()}
    chosen = pick(kind.shown, kind.one.capitalize(), list(options), NEW, options.__getitem__,
                  "Those that were started here or from a shell, the newest first.")  # fmt: skip
    return known.get(chosen)


def _words(run: Run, data: Mapping[str, str], names: Mapping[str, str]) -> str:
    """What a run measures, when it was begun, and on which models."""
    each = run.id
    when = f"{each[:4]}-{each[4:6]}-{each[6:8]} {each[9:11]}:{each[11:13]}"
    return " · ".join(filter(None, (title(run.spec, data), when, subtitle(run.spec, names))))


def link_form(kind: Kind[Any], besides: Mapping[str, str]) -> None:
    """Put what the form of a kind is set to into the address, and what stands there `besides`."""
    mine = {name: value for name, value in settings().items() if name.startswith(f"{kind.prefix}.")}
    write_link(mine | dict(besides))


def start(kind: Kind[Any], asked: Any, device: str) -> None:
    """Submit it and show it; called before the page is drawn again. A refusal is kept for the page to say."""
    try:
        on, needs = chosen_place()
        run = Store.usual().submit(kind.task, kind.arguments(asked), device=device, on=on, needs=needs,
                                   parts=chosen_parts() if kind.task in DIVISIBLE else 1)  # fmt: skip
    except (ValueError, OSError) as error:
        keep(f"{kind.shown} refused", advice(error, most=400))
        return
    force(kind.shown, run.id)


def begin_anew(kind: Kind[Any]) -> None:
    """Show the form again."""
    drop(kind.shown)


def show_refusal(kind: Kind[Any]) -> None:
    """What kept the last one from being started, once."""
    if said := kept(f"{kind.shown} refused", ""):
        st.error(said)
        keep(f"{kind.shown} refused", "")
