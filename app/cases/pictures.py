"""The pictures of a case as they were saved: original and attacked images with the answers, and the maps."""

import streamlit as st

from app.cases.words import STATES
from app.ui.cached_pictures import shown_png
from app.ui.markdown import plain
from core.base.units import in_255ths
from core.casebook.facts import fooled
from core.casebook.records import SavedCase
from core.catalog import EXPLAINERS
from core.compare.comparison import SIDES, Comparison, other
from core.compare.words import NAMES, details, headline, transferred
from core.study.colour_scale import shared_limit
from core.study.figures import amplification, amplified, overlay, pixels
from core.study.prediction import Prediction
from core.study.study import Study
from core.study.words import percent, verdict

SMALLEST = 224  # pixels that small pictures are enlarged to, by whole factors


def show_image(study: Study, case: SavedCase) -> None:
    """The verdict, the three pictures, and the maps folded away."""
    attacked = study.attacked
    assert attacked is not None
    said = [each for each in verdict(attacked, study.case.attack, study.labels, case.label or None) if each]
    with st.container(border=True):
        mark = ":orange[●]" if attacked.fooled else ":blue[●]"
        st.markdown(f"**{mark} {plain(' '.join(said), 700)}**")
    change = attacked.image - study.original
    factor = amplification(change)
    columns = st.columns(3, gap="medium")
    shown = (
        ("Original image", pixels(study.original), _answer(study, attacked.before)),
        ("Attacked image", pixels(attacked.image), f"{_answer(study, attacked.after)}, {STATES[fooled(attacked)]}"),
        (f"The change, × {factor}", amplified(change, factor), f"at most {in_255ths(attacked.sizes['linf'])} a pixel"),
    )
    for column, (heading, picture, below) in zip(columns, shown, strict=True):
        with column:
            st.markdown(f"**{heading}**")
            st.image(shown_png(picture, SMALLEST), width="stretch", alt=heading)
            st.caption(plain(below, 200))
    _maps(study)


def show_comparison(comparison: Comparison, case: SavedCase) -> None:
    """The verdict, and for each model the original, its attacked image and the one made for the other model."""
    labels = comparison.studies["before"].labels
    truth = labels.index(case.label) if case.label in labels else None
    with st.container(border=True):
        st.markdown(f"**{plain(headline(comparison, truth), 400)}**")
        for each in (*details(comparison, truth), transferred(comparison)):
            if each:
                st.markdown(plain(each, 400))
    for side in SIDES:
        study, theirs, crossed = comparison.studies[side], comparison.studies[other(side)], comparison.crossings[side]
        assert study.attacked is not None
        assert theirs.attacked is not None
        changed = {True: "fooled", False: "held", None: ""}[comparison.fooled(side)]
        told = [_answer(study, crossed.prediction), changed] if crossed.prediction else ["not known"]
        shown = (
            ("Original image", study.original, _answer(study, study.attacked.before)),
            ("Attacked image made for this model", study.attacked.image,
             f"{_answer(study, study.attacked.after)}, {STATES[fooled(study.attacked)]}"),
            ("Attacked image made for the other", theirs.attacked.image, ", ".join(each for each in told if each)),
        )  # fmt: skip
        st.markdown(f"**{NAMES[side]}**")
        for column, (heading, image, below) in zip(st.columns(3, gap="medium"), shown, strict=True):
            with column:
                st.image(shown_png(pixels(image), SMALLEST), width="stretch", alt=heading)
                st.caption(f"{heading}: {plain(below, 200)}")


def _answer(study: Study, prediction: Prediction) -> str:
    return f"{study.labels[prediction.top]}, {percent(prediction[prediction.top])}"


def _maps(study: Study) -> None:
    """The maps over their images, one row of small pictures, folded away."""
    attacked = study.attacked
    if not study.maps or attacked is None:
        return
    with st.expander(f"Where the model looked ({len(study.maps)} map{'' if len(study.maps) == 1 else 's'})"):
        st.caption("Red supports the answer to the picture, blue speaks against it; both maps of a method on one "
                   "scale. Opened in Inspect, each stands beside its controls.")  # fmt: skip
        for key, maps in study.maps.items():
            limit = shared_limit(maps)
            title = EXPLAINERS[key].title if key in EXPLAINERS else key
            first, second, _ = st.columns(3, gap="medium")
            for column, which, values, image in ((first, "original", maps.original, study.original),
                                                 (second, "attacked", maps.attacked, attacked.image)):  # fmt: skip
                with column:
                    st.image(shown_png(overlay(values, image, limit), SMALLEST), width="stretch",
                             alt=f"map by {title} on the {which} image")  # fmt: skip
                    st.caption(f"{title}, {which} image")
