"""The pictures and tables of each step of a detection study."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import streamlit as st

from app.detect.detector_steps import show_detectors, show_knowing
from app.detect.pictures import show_examples
from app.detect.pixel_steps import show_critical, show_tests
from app.detect.tables import count_table
from app.measuring.images import show_images
from app.ui import components
from app.ui.cached_pictures import test_thumbnail
from app.ui.markdown import plain
from app.ui.widgets import segments
from core.detection.reporting.feature_charts import CLICKED, scatter, shifts
from core.detection.request import DetectionRequest
from core.evaluation.strength_sweep import at
from core.robustness.published import published_counts
from core.runs.run import Run

Told = Mapping[str, Any]
COLOURS = {"kind": "kind", "class": "class"}
FIRST = 24  # thumbnails


def show_attacks(told: Told, asked: DetectionRequest, run: Run) -> None:
    """Counts by attack and strength, beside published ones; by class folded away."""
    found, figures = told["attacks"], published_counts(asked.published)
    components.table(count_table(found, figures), key="counts")
    if figures is not None:
        st.caption(f"Published: of {figures.correct:,} images, {plain(figures.source, 300)}. "
                   f"{plain(figures.doubtful, 600)}")  # fmt: skip
    with st.expander("By class"):
        titles = {str(number): each["title"] for number, each in enumerate(found["attacks"])}
        number = int(segments("detect.class", "Attack", titles, "0"))
        components.table(class_counts(found, number, told.get("classes") or []), key=f"classes-{number}")


def class_counts(found: Told, number: int, classes: Sequence[str]) -> dict[str, Any]:
    """A row a class: images that were right, and how many of them each strength fools."""
    strengths = [{"text": f"{255 * each:.4g}/255"} for each in found["strengths"]]
    head = [{"text": "class"}, {"text": "right as they are"}, *strengths]
    body = [
        [{"text": classes[place] if place < len(classes) else str(place)}, {"text": f"{right:,}"},
         *({"text": f"{row[place]:,}"} for row in found["attacks"][number]["per_class"])]
        for place, right in enumerate(found["right_per_class"])
    ]  # fmt: skip
    return {"head": head, "body": body}


def show_signatures(told: Told, asked: DetectionRequest, run: Run) -> None:
    show_examples(told["signatures"])


def show_features(told: Told, asked: DetectionRequest, run: Run) -> None:
    """The picture of the features, the images that are clicked in it, and the shift of each layer."""
    found = told["features"]
    left, right = st.columns(2, gap="large")
    with left:
        places = {each["place"] for each in found["points"]}
        pictures = _thumbnails(asked.data, places)
        by: Any = segments("detect.colour", "Colour by", COLOURS, "kind", "Kind: an original or attacked, and whether "
                           "the model was fooled. Class: what the image shows.")  # fmt: skip
        drawn = scatter(found["points"], pictures, by)
        event = st.altair_chart(drawn, width="stretch", on_select="rerun", key=f"features-{by}")
        st.caption(f"{plain(found['how'], 200)}. Distances in this picture are not those in the network.")
        clicked = [int(each["place"]) for each in event.selection.get(CLICKED, []) if "place" in each]
    with right:
        st.altair_chart(shifts(found["layers"]), width="stretch")
    st.markdown("**The image clicked**" if clicked else "**Some of these images**")
    attack = max(asked.chosen_attacks(), key=lambda each: each.title == found["attack"])
    shown = clicked or sorted(places)[:FIRST]
    show_images(shown, asked.data, "test", asked.classifier, at(attack, asked.strength), "detect-features")


def _thumbnails(data: str, places: set[int]) -> dict[int, str]:
    try:
        return {place: test_thumbnail(data, place) for place in places}
    except (ValueError, OSError, IndexError):
        return {}


STEPS: Mapping[str, Callable[[Told, DetectionRequest, Run], None]] = MappingProxyType(
    {
        "attacks": show_attacks, "signatures": show_signatures, "pixels": show_critical, "tests": show_tests,
        "features": show_features, "detectors": show_detectors, "knowing": show_knowing,
    }
)  # fmt: skip
