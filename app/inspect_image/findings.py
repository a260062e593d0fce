"""All that is known of a study, panel below panel."""

import streamlit as st

from app.inspect_image.panels import show_agreement, show_card, show_pictures, show_verdict
from app.study.map_panel import show_maps
from core.study.study import Study


def show_findings(study: Study, truth: str | None) -> None:
    """Everything that is known of a study, in reading order."""
    show_verdict(study, truth)
    show_pictures(study)
    with st.container():
        show_maps(study)
        show_agreement(study)
    show_card(study)
