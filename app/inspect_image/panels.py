"""Panels that show a study: the verdict, the pictures, the agreement between methods, what can be taken along."""

from typing import Literal

import streamlit as st

from app.ui import charts, components
from app.ui.cached_pictures import shown_png
from app.ui.encoded import data_url
from app.ui.markdown import plain
from core.base.units import in_255ths
from core.bundles.write import zipped
from core.catalog import EXPLAINERS
from core.study.figures import amplification, amplified, pixels
from core.study.measures import agreement
from core.study.study import Study
from core.study.words import percent, verdict

IMAGES: tuple[Literal["original", "attacked"], ...] = ("original", "attacked")
SMALLEST = 320  # pictures are enlarged to this many pixels by whole factors, so that they stay sharp


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
    attacked = study.attacked
    left, middle, right = st.columns([1, 1, 1.25], gap="medium")
    original = shown_png(pixels(study.original), SMALLEST)
    if attacked is None:
        with left:
            st.markdown("**Original image**", help="The picture as the model sees it.")
            st.image(original, width="stretch", alt="original image")
        with middle:
            st.markdown("**The change**", help="What the attack adds to the picture, made visible.")
            said = "The attack is being made …" if coming else "What the attack changes is shown here, made visible."
            components.waiting(said, coming, key="change")
            st.caption("Largest change of a pixel: not known yet")  # the height of the row that follows
    else:
        with left:
            st.markdown("**Original | attacked**", help="Drag across the picture, or use the slider, to swipe "
                        "from one to the other. The pixels are shown as the model sees them.")  # fmt: skip
            changed = shown_png(pixels(attacked.image), SMALLEST)
            components.swipe(data_url(original), data_url(changed), ("original image", "attacked image"), key="swipe")
        with middle:
            change = attacked.image - study.original
            factor = amplification(change)
            st.markdown(f"**The change, × {factor}**", help="Attacked minus original, multiplied so that an eye can "
                        "see it. Grey: no change; brighter or darker: that colour was raised or lowered.")  # fmt: skip
            st.image(shown_png(amplified(change, factor), SMALLEST), width="stretch",
                     alt=f"the change of every pixel, {factor} times as strong as it is")  # fmt: skip
            st.caption(f"Largest change of a pixel: {in_255ths(attacked.sizes['linf'])}")
    with right:
        st.markdown("**What the model answers**", help="The model's own probabilities. They say how sure the model is, "
                    "not how right.")  # fmt: skip
        if study.before is not None:
            after = attacked.after if attacked else None
            chart = charts.probabilities(study.labels, study.before, after, target=study.case.target)
            st.altair_chart(chart, width="stretch", alt="bars: the most probable answers and their probabilities")


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
