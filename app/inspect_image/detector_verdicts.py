"""What detectors that were trained on the Detect page say of the two images on Inspect, beside their false alarms."""

import streamlit as st

from app.ui import components
from app.ui.cached_measures import detector_verdict
from app.ui.markdown import plain
from core.contracts.classifier import Classifier
from core.detection.scoring.detector_card import DetectorCard
from core.detection.scoring.saved_detector import Verdict, known
from core.study.study import Study

HELP = (
    "Detectors of the newest study of this model on the Detect page. Each looks at one image alone and compares its "
    "score with a threshold. False alarms: how many originals it calls attacked, which its threshold was set for, and "
    "what was measured on test images (95 % interval). An attacker who knows of a detector can often pass it."
)


def show_detectors(study: Study, model: Classifier, coming: bool) -> None:
    """A row for each detector; nothing where none was trained for this model, or there is no attacked image yet.

    coming: more of the study is being computed, which they would hold up.
    """
    if study.attacked is None or coming:
        return
    try:
        found = known(model)
    except OSError:
        return
    newest = [(path, card) for path, card in found if card.run == max(each.run for _, each in found)]
    if not newest:
        return
    st.subheader("What detectors say", help=HELP)
    head = ["", "the original", "the attacked image", "false alarms, as set", "false alarms, measured"]
    body = []
    images = (study.original, study.attacked.image)
    with st.spinner("Asking the detectors …"):
        for path, card in newest:
            try:
                said = [detector_verdict(path, card.sha256, model, image) for image in images]
            except (ValueError, OSError) as error:
                st.caption(f"{plain(card.title, 60)} cannot be asked: {plain(str(error), 300)}.")
                continue
            body.append([{"text": card.title}, *map(_cell, said), {"text": f"{100 * card.false_alarm:.0f} %"},
                         _measured(card)])  # fmt: skip
    if body:
        components.table({"head": [{"text": each} for each in head], "body": body}, key="detectors")


def _cell(found: Verdict) -> dict[str, str]:
    said = "attacked" if found.attacked else "not attacked"
    return {"text": said, "range": f"score {found.score:.3g}, threshold {found.threshold:.3g}"}


def _measured(card: DetectorCard) -> dict[str, str]:
    low, high = (100 * each for each in card.measured["interval_95"])
    return {"text": f"{100 * card.measured['share']:.1f} %", "range": f"{low:.1f} to {high:.1f} %"}
