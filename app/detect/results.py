"""What a detection study has found so far: a strip of steps, each with its sentences and its pictures."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.detect.steps import STEPS
from app.ui.markdown import plain
from app.ui.widgets import segments
from core.detection.reporting.detector_words import best, detector_headline
from core.detection.reporting.pixel_words import short_test_sentences
from core.detection.reporting.words import SENTENCES, TITLES
from core.detection.request import DetectionRequest
from core.runs.run import Run

STEP = "detect.step"
SHORT = {
    "detectors": detector_headline,
    "tests": short_test_sentences,
}  # what a step says where a table beside it says the rest
HELP: Mapping[str, str] = {
    "attacks": "Every test image was attacked at every strength; a model is fooled where its answer becomes wrong.",
    "signatures": "The map of an explainer for the model's own answer, of originals and of attacked images.",
    "pixels": "The pixels where explanations are strongest under attack (generation), or change most (detection).",
    "tests": "Pixels that were chosen for their large values have large values: on the images they were chosen on, a "
    "test must come out significant, whatever the images. On other images, and beside ordinary noise, it can fail.",
    "features": "What the network computes just before its answer, of originals and of attacked images.",
    "detectors": "Detectors learn from some images and are tested on others; the area under the curve (AUC) is the "
    "chance that an attacked image gets a higher score than an original: 0.5 is guessing.",
    "knowing": "An attacker who can see the detector changes the image so that both are fooled. What passes then is "
    "what a detector cannot promise.",
}


def show_results(told: Mapping[str, Any], asked: DetectionRequest, names: Mapping[str, str], run: Run) -> None:
    """Draw what the stages of `core.detection.study` have told. names: model -> title."""
    if first := best(told):
        st.markdown(f"**{plain(first, 600)}**")
    there = {key: f"{number} {title}" for number, (key, title) in enumerate(TITLES.items(), 1) if key in told}
    chosen = segments(STEP, "Step", there, next(iter(there)))
    if len(there) < len(TITLES):
        st.caption(f"{len(there)} of {len(TITLES)} steps are through.")
    for sentence in (SHORT.get(chosen) or SENTENCES[chosen])(told[chosen], asked):
        st.markdown(plain(sentence, 1500))
    STEPS[chosen](told, asked, run)
    st.caption(HELP[chosen])
