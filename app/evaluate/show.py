"""An evaluation on the page: what it would measure and its start; progress and results; what to download."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from app.evaluate.results import show_results
from app.evaluate.runs import EVALUATIONS
from app.run_words.words import begun, title
from app.ui.cached import run_rows
from app.ui.markdown import plain
from app.ui.run_panel import ended, grow
from core.base.errors import Unreadable
from core.base.proportion import Proportion
from core.data.by_name import data_names
from core.robustness.command import command
from core.robustness.exports import files
from core.robustness.request import Evaluation
from core.robustness.summary import summary
from core.runs.run import Run

NOTHING_YET = "Models and images are loaded; the first numbers appear after the first images."


def titles(known: Mapping[str, Run]) -> dict[str, str]:
    """Id -> what an evaluation is, and when it was begun."""
    data = data_names()
    return {each: f"{title(run.spec, data)} · {begun(each)}" for each, run in known.items()}


def show_start(asked: Evaluation, device: str) -> None:
    """What it would do, its button, and the same from a shell."""
    attacks = asked.methods()
    low, high = Proportion(asked.count // 2, asked.count).interval
    several = f"{len(asked.classifiers)} models" if len(asked.classifiers) > 1 else "1 model"
    numbers = max([len(asked.strengths_of(each)) for each in attacks], default=0)
    st.markdown(
        f"Measures **{several}** under **{len(attacks)} attack{'' if len(attacks) == 1 else 's'}** at {numbers} "
        f"strengths on {asked.count:,} images. A share of right answers is then uncertain by up to "
        f"{50 * (high - low):.0f} percentage points. It goes on in the background, also when this page is closed."
    )
    st.button("Evaluate", type="primary", icon=":material/play_arrow:", on_click=EVALUATIONS.start,
              args=(asked.arguments(), device))  # fmt: skip
    EVALUATIONS.show_refusal()
    with st.expander("The same from a shell"):
        st.code(command(asked, device), language="sh")


def show_run(run: Run, names: Mapping[str, str]) -> None:
    """Progress and results of an evaluation, and what to download of one that has ended."""
    try:
        asked = Evaluation.read(run.spec.get("arguments") or {})
    except (ValueError, TypeError, AttributeError) as error:
        st.error(f"This evaluation cannot be read: {plain(str(error), 300)}.")
        return
    if run.status.alive:
        grow(run, lambda: _show(run, asked, names) is not None, NOTHING_YET, "stop-evaluation")
        return
    ended(run)
    for note in run.status.notes[:20]:
        st.caption(plain(note, 400))
    told = _show(run, asked, names)
    if told is not None and run.status.state == "completed":
        _downloads(run, asked, told, names)


def _show(run: Run, asked: Evaluation, names: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Draw what is known so far; None if that is nothing."""
    told = _told(run, asked)
    if told is None or not told["count"]:
        return None
    show_results(told, asked, names)
    return told


def _told(run: Run, asked: Evaluation) -> Mapping[str, Any] | None:
    """What the rows tell, and once it has completed, its warnings and the names of the classes."""
    try:
        result = run.result() or {}
        if result.get("models"):
            return result
        return summary(run_rows(run.folder), asked, 10**3)
    except (Unreadable, KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError):
        st.warning("The numbers of this evaluation cannot be read. Delete it on the Runs page to measure anew.")
        return None


def _file(name: str, run: Run, asked: Evaluation, told: Mapping[str, Any], names: Mapping[str, str]) -> bytes:
    return files(told, asked, run.metrics, names)[name]


def _downloads(run: Run, asked: Evaluation, told: Mapping[str, Any], names: Mapping[str, str]) -> None:
    st.subheader("Take it with you")
    words = {
        "report.html": ("Report (HTML)", "One file with charts and tables that opens without a network."),
        "images.csv": ("Rows (CSV)", "One row for each image, model, attack and strength."),
        "evaluation.json": ("Numbers (JSON)", "Everything shown here, for other programs."),
    }
    for column, (name, (label, help)) in zip(st.columns(4), words.items(), strict=False):
        with column:
            made = partial(_file, name, run, asked, told, names)
            st.download_button(label, made, f"{run.id}-{name}", help=help, width="stretch", on_click="ignore",
                               key=f"download-{name}")  # fmt: skip
    with st.expander("The same from a shell"):
        st.code(command(asked), language="sh")
