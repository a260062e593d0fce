"""An evaluation on the page: what it would measure and its start; progress and results; what to download."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.evaluate.results import show_results
from app.evaluate.runs import show_refusal, start
from app.run_words.words import title
from app.ui.cached import run_rows
from app.ui.markdown import plain
from app.ui.run_panel import ended, grow
from core.base.errors import Unreadable
from core.base.params import to_spec
from core.base.proportion import Proportion
from core.data.by_name import data_names
from core.robustness.request import Evaluation
from core.robustness.summary import summary
from core.runs.run import Run

NOTHING_YET = "Models and images are loaded; the first numbers appear after the first images."


def titles(known: Mapping[str, Run]) -> dict[str, str]:
    """Id -> what an evaluation is, and when it was begun."""
    data = data_names()
    return {each: f"{title(run.spec, data)} · {each[:4]}-{each[4:6]}-{each[6:8]} {each[9:11]}:{each[11:13]}"
            for each, run in known.items()}  # fmt: skip


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
    st.button("Evaluate", type="primary", icon=":material/play_arrow:", on_click=start, args=(asked, device))
    show_refusal()
    with st.expander("The same from a shell"):
        st.code(command(asked, device), language="sh")


def command(asked: Evaluation, device: str) -> str:
    """The evaluation as a shell command."""
    parts = ["counterproof evaluate", " ".join(asked.classifiers), f"--data {asked.data}"]
    parts.append(f"--attacks {','.join(dict.fromkeys(each.key for each in asked.methods())) or 'none'}")
    if asked.strengths:
        parts.append(f"--strengths {','.join(f'{255 * each:.6g}/255' for each in asked.strengths)}")
    if asked.strengths_l2:
        parts.append(f"--l2 {','.join(f'{each:.6g}' for each in asked.strengths_l2)}")
    for attack in asked.methods():
        usual = to_spec(type(attack)())
        parts += [f"--set {attack.key}.{name}={value}" for name, value in to_spec(attack).items()
                  if value != usual[name] and name != "eps"]  # fmt: skip
    parts.append(f"--count {asked.count} --batch {asked.batch} --seed {asked.seed}")
    parts += ["--only-standing"] if asked.only_standing else []
    parts += [f"--device {device}"] if device != "cpu" else []
    return " \\\n  ".join(parts)


def show_run(run: Run, names: Mapping[str, str]) -> tuple[Mapping[str, Any], Evaluation, Mapping[str, str]] | None:
    """Progress and results of an evaluation; what it has found, None before there is anything."""
    try:
        asked = Evaluation.read(run.spec.get("arguments") or {})
    except (ValueError, TypeError, AttributeError) as error:
        st.error(f"This evaluation cannot be read: {plain(str(error), 300)}.")
        return None
    if run.status.alive:
        grow(run, lambda: _show(run, asked, names) is not None, NOTHING_YET, "stop-evaluation")
        return None
    ended(run)
    for note in run.status.notes[:20]:
        st.caption(plain(note, 400))
    told = _show(run, asked, names)
    return None if told is None else (told, asked, names)


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
