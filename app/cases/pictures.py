"""The pictures of a case as they were saved: original and attacked images with the answers, and the maps."""

import streamlit as st

from app.study.case_pictures import MODELS, model_pictures, study_pictures
from app.study.map_pictures import drawn, map_pictures
from app.ui.markdown import plain
from app.ui.viewer import viewer
from core.casebook.records import SavedCase
from core.compare.comparison import SIDES, Comparison
from core.compare.words import NAMES, details, headline, transferred
from core.study.colour_scale import common_limit
from core.study.study import Study
from core.study.words import verdict


def show_image(study: Study, case: SavedCase) -> None:
    """The verdict, the three pictures, and the maps folded away."""
    attacked = study.attacked
    assert attacked is not None
    said = [each for each in verdict(attacked, study.case.attack, study.labels, case.label or None) if each]
    with st.container(border=True):
        mark = ":orange[●]" if attacked.fooled else ":blue[●]"
        st.markdown(f"**{mark} {plain(' '.join(said), 700)}**")
    viewer(study_pictures(study), "case-viewer", case.uid, pair=(0, 2))
    _maps({"the model": study}, case.uid)


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
        st.markdown(f"**{NAMES[side]}**")
        viewer(model_pictures(comparison, side), f"case-viewer-{side}", case.uid, pair=(0, 1))
    _maps({MODELS[side]: comparison.studies[side] for side in SIDES}, case.uid)


def _maps(studies: dict[str, Study], uid: str) -> None:
    """The maps over their images beside that of ordinary noise, folded away. studies: model in words -> its study."""
    explainers = {
        each.key: each for study in studies.values() for each in study.case.explainers if each.key in study.maps
    }
    count = sum(len(study.maps) for study in studies.values())
    if not count:
        return
    with st.expander(
        f"Where the model{'s' if len(studies) > 1 else ''} looked ({count} map{'' if count == 1 else 's'})"
    ):
        st.caption("All maps of a method on one scale. Opened again, each stands beside all its controls and measures.")
        for key, explainer in explainers.items():
            there = {model: study for model, study in studies.items() if key in study.maps}
            limit = common_limit([each for study in there.values() for each in drawn(study.maps[key])])
            for model, study in there.items():
                st.markdown(f"**{explainer.title}**" + (f": {model}" if len(studies) > 1 else ""))
                legend = () if study.maps[key].pictures is not None else (*explainer.poles, f"±{limit:.2g}")
                viewer(
                    map_pictures(study, explainer, limit), f"case-map-{key}-{model}", uid, pair=(0, 1), legend=legend
                )
