"""Panels that show a study: the verdict, the pictures, the attack card, the agreement between methods."""

import math
from typing import Literal

import pandas as pd
import streamlit as st

from app.ui import charts, components
from app.ui.encoded import data_url
from app.ui.markdown import plain
from core.base.units import in_255ths
from core.catalog import EXPLAINERS
from core.study.bundle import zipped
from core.study.figures import amplification, amplified, pixels, png
from core.study.measures import agreement
from core.study.study import Study
from core.study.words import percent, strength, verdict

IMAGES: tuple[Literal["original", "attacked"], ...] = ("original", "attacked")
SMALLEST = 320  # pictures are enlarged to this many pixels by whole factors, so that they stay sharp


def show_verdict(study: Study, truth: str | None) -> None:
    """The outcome in plain sentences, or the prediction alone before there is an attack."""
    with st.container(border=True):
        if study.attacked is None:
            if study.before is not None:
                label = plain(study.labels[study.before.top])
                st.markdown(f"#### Before: {label}, {percent(study.before[study.before.top])}")
            return
        before, after, saved = verdict(study.attacked, study.case.attack, study.labels, truth)
        mark = ":orange[●]" if study.attacked.fooled else ":blue[●]"
        st.markdown(f"#### {mark} {plain(before, 200)} {plain(after, 300)}")
        if saved:
            st.markdown(plain(saved, 200), help="Saving rounds each pixel to one of 256 levels. The rounded picture "
                        "was shown to the model again: 'yes' means that it is still fooled.")  # fmt: skip


def show_pictures(study: Study) -> None:
    """Original and attacked image under a swipe, the change amplified, the probabilities before and after."""
    attacked = study.attacked
    left, middle, right = st.columns([1, 1, 1.25], gap="medium")
    original = data_url(png(pixels(study.original), SMALLEST))
    if attacked is None:
        with left:
            st.image(png(pixels(study.original), SMALLEST), caption="original image", width="stretch")
    else:
        with left:
            st.markdown("**Original and attacked image**", help="Drag across the picture, or use the slider, to swipe "
                        "from one to the other. The pixels are shown as the model sees them.")  # fmt: skip
            changed = data_url(png(pixels(attacked.image), SMALLEST))
            components.swipe(original, changed, ("original image", "attacked image"), key="swipe")
        with middle:
            change = attacked.image - study.original
            factor = amplification(change)
            st.markdown(f"**The change, × {factor}**", help="Attacked minus original, multiplied so that an eye can "
                        "see it. Grey: no change; brighter or darker: that colour was raised or lowered.")  # fmt: skip
            st.image(png(amplified(change, factor), SMALLEST), width="stretch")
            st.caption(f"Largest change of a pixel: {in_255ths(attacked.sizes['linf'])}")
    with right:
        st.markdown("**What the model answers**", help="The model's own probabilities. They say how sure the model is, "
                    "not how right.")  # fmt: skip
        if study.before is not None:
            after = attacked.after if attacked else None
            chart = charts.probabilities(study.labels, study.before, after, target=study.case.target)
            st.altair_chart(chart, width="stretch")


def show_agreement(study: Study) -> None:
    """How far the methods agree with one another, on each of the two pictures."""
    if len(study.maps) < 2:
        return
    st.subheader("How the methods agree", help="Rank agreement (Spearman) between the maps of every two methods on the "
                 "same picture: 1 the same order of pixels, 0 none in common, -1 reversed.")  # fmt: skip
    titles = {key: EXPLAINERS[key].title for key in study.maps}
    if not all(agreement(study.maps, which) for which in IMAGES):
        st.caption("On a picture that gives no method anything to weigh, there is nothing to agree on.")
        return
    for column, which in zip(st.columns(2, gap="medium"), IMAGES, strict=True):
        with column:
            st.markdown(f"**On the {which} image**")
            st.altair_chart(charts.agreement(agreement(study.maps, which), titles), width="stretch")


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
        st.altair_chart(charts.trace(attacked, study.labels), width="stretch")
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
        ("Outcome", "model fooled" if attacked.fooled else "model held"),
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


def show_downloads(study: Study) -> None:
    """The bundle, and the link."""
    left, right = st.columns([1, 3], vertical_alignment="center")
    with left:
        st.download_button(
            "Download this case", data=lambda: zipped(study), file_name=f"counterproof-{study.case.id}.zip",
            mime="application/zip", on_click="ignore", width="stretch",
            help="Pictures, raw arrays and manifest.json. `counterproof study manifest.json` computes the same "
            "numbers again.",
        )  # fmt: skip
    with right:
        components.copy_link("copy-link")
