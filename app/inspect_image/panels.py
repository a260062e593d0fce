"""Panels that show a study: the verdict, the pictures, the agreement between methods, what can be taken along."""

from typing import Literal

import streamlit as st

from app.ui import charts, components
from app.ui.markdown import plain
from app.ui.viewer import Shown, viewer
from core.base.units import in_255ths
from core.bundles.write import zipped
from core.catalog import EXPLAINERS
from core.study.figures import amplification, amplified, pixels
from core.study.measures import agreement
from core.study.study import Study
from core.study.words import percent, verdict

IMAGES: tuple[Literal["original", "attacked"], ...] = ("original", "attacked")


def show_verdict(study: Study, truth: str | None) -> None:
    """The outcome in plain sentences, or the prediction alone before there is an attack."""
    with st.container(border=True):
        if study.attacked is None:
            if study.before is not None:
                label = plain(study.labels[study.before.top])
                st.markdown(f"#### Before: {label}, {percent(study.before[study.before.top])}")
                st.markdown("After the attack: not known yet.")
            return
        before, after, saved = verdict(study.attacked, study.case.attack, study.labels, truth)
        mark = ":orange[●]" if study.attacked.fooled else ":blue[●]"
        st.markdown(f"#### {mark} {plain(before, 200)} {plain(after, 300)}")
        if saved:
            st.markdown(plain(saved, 200), help="Saving rounds each pixel to one of 256 levels. The rounded picture "
                        "was shown to the model again: 'yes' means that it is still fooled.")  # fmt: skip


def show_pictures(study: Study, coming: bool) -> None:
    """Original and attacked image under a swipe, the change amplified, the probabilities before and after.

    coming: the attack is being computed.
    """
    left, right = st.columns([2, 1.25], gap="medium")
    with left:
        st.markdown("**The pictures**", help="As the model sees them, with every pixel. Drag across the first, or use "
                    "its slider, to swipe from the original to the attacked image. Zoom with + and −, or with the "
                    "wheel after a click or with Ctrl: all pictures and maps of this page follow.")  # fmt: skip
        original = Shown(pixels(study.original), "original", "original image")
        viewer([original, *_changed(study, coming)], "pictures", study.case.image, mode="swipe",
               pair=None if study.attacked is None else (0, 1))  # fmt: skip
    with right:
        st.markdown("**What the model answers**", help="The model's own probabilities. They say how sure the model is, "
                    "not how right.")  # fmt: skip
        if study.before is not None:
            after = study.attacked.after if study.attacked else None
            chart = charts.probabilities(study.labels, study.before, after, target=study.case.target)
            st.altair_chart(chart, width="stretch", alt="bars: the most probable answers and their probabilities")


def _changed(study: Study, coming: bool) -> list[Shown]:
    """The attacked image and what the attack changed; the place of the latter before there is an attack."""
    attacked = study.attacked
    if attacked is None:
        said = "The attack is being made …" if coming else "What the attack changes is shown here, made visible."
        return [Shown(None, "the change", "", wait=said, soon=coming, more="Largest change of a pixel: not known yet")]
    change = attacked.image - study.original
    factor = amplification(change)
    return [
        Shown(pixels(attacked.image), "attacked", "attacked image"),
        Shown(amplified(change, factor), f"the change, × {factor}",
              f"the change of every pixel, {factor} times as strong as it is",
              more=f"Largest change of a pixel: {in_255ths(attacked.sizes['linf'])}. Grey is no change."),
    ]  # fmt: skip


def show_agreement(study: Study) -> None:
    """How far the methods agree with one another, on each of the two pictures; once no map is awaited any more."""
    drawn = {key: maps for key, maps in study.maps.items() if EXPLAINERS[key].attribution}
    if len(drawn) < 2:
        return
    st.subheader("How the methods agree", help="Rank agreement (Spearman) between the maps of every two methods on the "
                 "same picture: 1 the same order of pixels, 0 none in common, -1 reversed.")  # fmt: skip
    titles = {key: EXPLAINERS[key].title for key in drawn}
    if not all(agreement(drawn, which) for which in IMAGES):
        st.caption("On a picture that gives no method anything to weigh, there is nothing to agree on.")
        return
    for column, which in zip(st.columns(2, gap="medium"), IMAGES, strict=True):
        with column:
            st.markdown(f"**On the {which} image**")
            st.altair_chart(charts.agreement(agreement(drawn, which), titles), width="stretch",
                            alt=f"table: rank agreement of every two methods on the {which} image")  # fmt: skip


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
