"""The pictures and tables of each step of a detection study."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import streamlit as st

from app.detect.detector_steps import show_detectors, show_knowing
from app.detect.pictures import show_examples, show_pixels
from app.detect.tables import count_table, test_table
from app.measuring.images import show_images
from app.ui import components
from app.ui.cached_pictures import test_thumbnail
from app.ui.markdown import plain
from app.ui.widgets import segments
from core.detection.reporting.charts import CLICKED, histogram, means, rates, scatter, shifts
from core.detection.request import DetectionRequest
from core.evaluation.strength_sweep import at
from core.robustness.published import published_counts
from core.runs.run import Run

Told = Mapping[str, Any]
READINGS = {"detection": "for detection: where it changes", "generation": "for generation: where it is strong"}
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


def show_critical(told: Told, asked: DetectionRequest, run: Run) -> None:
    """The pixels of one reading on originals, and what an attack on them alone achieves."""
    reading = segments("detect.reading", "Critical pixels", READINGS, "detection")
    found = told["pixels"][reading]
    shape = (len(found["importance"]), len(found["importance"][0]))
    left, right = st.columns([2, 3], gap="large")
    with left:
        show_pixels(told.get("signatures", {}).get("examples", []), found["chosen"], shape)
        st.caption(f"{plain(found['rule'], 200).capitalize()}, marked on originals. The sets of both readings overlap "
                   f"by {100 * told['pixels']['agreement']:.0f} %.")  # fmt: skip
    with right:
        outcomes = {str(place): each["measure"] for place, each in enumerate(found["matters"])}
        place = int(segments("detect.measure", "Tried", outcomes, "0"))
        st.altair_chart(rates(found["matters"][place]), width="stretch")
        st.caption("In brackets: how many pixels. Lines: 95 % intervals.")


def show_tests(told: Told, asked: DetectionRequest, run: Run) -> None:
    reading = segments("detect.reading", "Critical pixels", READINGS, "detection")
    found = told["tests"][reading]
    left, right = st.columns(2, gap="large")
    with left:
        st.altair_chart(means(found), width="stretch")
    with right:
        st.altair_chart(histogram(found), width="stretch")
    components.table(test_table(found), key=f"tests-{reading}")


def show_features(told: Told, asked: DetectionRequest, run: Run) -> None:
    """The picture of the features, the images that are clicked in it, and the shift of each layer."""
    found = told["features"]
    left, right = st.columns(2, gap="large")
    with left:
        places = {each["place"] for each in found["points"]}
        pictures = _thumbnails(asked.data, places)
        event = st.altair_chart(scatter(found["points"], pictures), width="stretch", on_select="rerun", key="features")
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
