"""A measurement on the page: what it would do and its start; progress and results; what to download."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from app.access.allowed import why_not
from app.measuring.kind import Kind, Names, Told
from app.measuring.runs import show_refusal, start
from app.ui.cached import run_rows
from app.ui.markdown import plain
from app.ui.places import ask_place, place_options
from app.ui.run_panel import ended, grow
from core.access.acting import as_now
from core.base.errors import Unreadable
from core.runs.run import Run
from core.runs.tasks import DIVISIBLE

NOTHING_YET = "Models and images are loaded; the first numbers appear after the first images."


def show_start(kind: Kind[Any], asked: Any, device: str) -> None:
    """What it would do, its button, and the same from a shell."""
    st.markdown(f"{kind.about(asked)} It goes on in the background, also when this page is closed.")
    divisible = kind.task in DIVISIBLE
    ask_place(divisible)
    why = why_not("run")
    st.button(kind.button, type="primary", icon=":material/play_arrow:", on_click=start, args=(kind, asked, device),
              disabled=bool(why), help=why or None)  # fmt: skip
    show_refusal(kind)
    with st.expander("The same from a shell"):
        st.code(kind.command(asked, device) + place_options(divisible), language="sh")


def show_run(kind: Kind[Any], run: Run, names: Names) -> None:
    """Progress and results of a run, and what to download of one that has ended."""
    try:
        asked = kind.read(run.spec.get("arguments") or {})
    except (ValueError, TypeError, AttributeError) as error:
        st.error(f"This {kind.one} cannot be read: {plain(str(error), 300)}.")
        return
    if run.status.alive:
        grow(run, lambda: _show(kind, run, asked, names) is not None, NOTHING_YET, "stop-evaluation")
        return
    ended(run)
    for note in run.status.notes[:20]:
        st.caption(plain(note, 400))
    if (told := _show(kind, run, asked, names)) is not None:
        _downloads(kind, run, asked, told, names)


def _show(kind: Kind[Any], run: Run, asked: Any, names: Names) -> Told | None:
    """Draw what is known so far; None if that is nothing."""
    try:
        told = kind.told(run.result() or {}, run_rows(run.folder), asked)
    except (Unreadable, KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError):
        st.warning(f"The numbers of this {kind.one} cannot be read. Delete it on the Runs page to measure anew.")
        return None
    if told is not None:
        kind.draw(told, asked, names, run)
    return told


def _file(kind: Kind[Any], name: str, run: Run, asked: Any, told: Told, names: Names) -> bytes:
    return kind.files(told, run, asked, names)[name]


def _downloads(kind: Kind[Any], run: Run, asked: Any, told: Mapping[str, Any], names: Names) -> None:
    st.subheader("Take it with you")
    for column, (name, (label, help)) in zip(st.columns(4), kind.downloads.items(), strict=False):
        with column:
            missing = name in kind.later and kind.later[name] not in told
            words = f"{help} This {kind.one} is not that far." if missing else help
            made = as_now(partial(_file, kind, name, run, asked, told, names))
            st.download_button(label, made, f"{run.id}-{name}", help=words, width="stretch", on_click="ignore",
                               disabled=missing, key=f"download-{name}")  # fmt: skip
    with st.expander("The same from a shell"):
        st.code(kind.command(asked, str(run.spec.get("device") or "cpu")), language="sh")
