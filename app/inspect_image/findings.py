"""All that is known of a study, panel below panel."""

import streamlit as st

from app.inspect_image.attack_card import show_card
from app.inspect_image.detector_verdicts import show_detectors
from app.inspect_image.panels import show_agreement, show_pictures, show_verdict
from app.study.map_panel import show_maps
from core.contracts.classifier import Classifier
from core.study.study import Study


def show_findings(study: Study, model: Classifier, truth: str | None, coming: bool = False) -> None:
    """Everything that is known of a study, in reading order. coming: the rest is being computed, and has its place."""
    show_verdict(study, truth)
    show_pictures(study, coming)
    with st.container():
        show_maps(study, coming)
        if not coming or len(study.maps) == len(study.case.explainers):
            show_agreement(study)
    show_detectors(study, model, coming)
    show_card(study)
