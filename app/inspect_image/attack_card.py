"""The attack step by step, and the facts about it."""

import math

import pandas as pd
import streamlit as st

from app.ui import charts
from app.ui.markdown import plain
from core.base.units import in_255ths
from core.study.study import Study
from core.study.words import strength

TRACE = "lines: probabilities of the original and of the strongest other answer, and the loss, at every step"


def show_card(study: Study) -> None:
    """The attack step by step, and the facts about it."""
    attacked = study.attacked
    if attacked is None:
        return
    left, right = st.columns([1.3, 1], gap="large")
    with left:
        st.subheader("The attack, step by step", help="Each point is one question to the model while the attack "
                     "searched; the last is the result. Many attacks begin at a random point within the strength. The "
                     "loss is what the attack pushes.")  # fmt: skip
        st.altair_chart(charts.trace(attacked, study.labels), width="stretch", alt=TRACE)
    with right:
        st.subheader("Attack card")
        st.table(pd.DataFrame(_facts(study), columns=["", " "]).set_index(""), border="horizontal")


def _facts(study: Study) -> list[tuple[str, str]]:
    attacked, method = study.attacked, study.case.attack
    assert attacked is not None
    limit = strength(method.bound, method.norm) if math.isfinite(method.bound) else "none: it seeks the smallest change"
    aim = "any other answer" if attacked.target is None else plain(study.labels[attacked.target])
    sizes = attacked.sizes
    library = "own code" if method.library == "counterproof" else method.library
    rows = [
        ("Attack", f"{method.title} ({library})"),
        ("Aim", aim),
        ("Outcome", "model fooled" if attacked.fooled else "model held" if attacked.held else "no gradient to follow"),
        ("Strength asked", limit),
        ("Measured: largest change of a pixel (L-infinity)", in_255ths(sizes["linf"])),
        ("Measured: length of the change over all pixels (L2)", f"{sizes['l2']:.3g}"),
        ("Measured: pixels touched", f"{sizes['l0']:,.0f} of {study.original[0].numel():,}"),
    ]
    if attacked.fooled:
        rows.append(("After saving in 8 bits", "still fooled" if attacked.survives else "no longer fooled"))
    if study.noise is not None and study.noise_answers:
        kept = sum(answer == attacked.before.top for answer in study.noise_answers)
        length = (study.noise - study.original).flatten(1).norm(dim=1).mean().item()
        rows.append(("Ordinary noise of the same size", f"answer kept in {kept} of {len(study.noise_answers)} draws"))
        rows.append(("Measured: mean length of the noise (L2)", f"{length:.3g}"))
    spent = f"{attacked.seconds:.2f} s" if attacked.seconds < 10 else f"{attacked.seconds:.0f} s"
    rows += [
        ("Questions to the model", f"{attacked.queries:,} pictures in {attacked.forwards:,} passes"),
        ("Time", spent),
        ("Seed", str(study.case.seed)),
    ]
    return rows + ([("Order", attacked.ran)] if attacked.ran else [])
