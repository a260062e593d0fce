"""The pictures and tables of the last steps of a detection study: the detectors, and the attacker who knows."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.detect.tables import detector_table
from app.ui import components
from app.ui.markdown import plain
from app.ui.widgets import segments
from core.detection.reporting.detector_charts import MAP_MEANS, alarm_bars, generalisation_map, hands, roc
from core.detection.request import DetectionRequest
from core.runs.run import Run

Told = Mapping[str, Any]
PUBLISHED = "Published for the study's detector: accuracy 82.21 %, AUC 0.84, on digits at strength 0.2 (51/255)."
NEAREST = "signature_cnn linear"  # to the study's detector, as `core.detection.names.detector_names` calls it
STAND_IN = "It has no gradients: the attacker followed those of another detector, so more may pass than is told here."


def show_detectors(told: Told, asked: DetectionRequest, run: Run) -> None:
    """Each detector that knows all attacks in a table; curves, what it does on attacks not seen, its false alarms."""
    found = told["detectors"]
    components.table(detector_table(found, asked.strength), key="detectors")
    if asked.published:
        near = found["titles"].get(NEAREST)
        st.caption(PUBLISHED + (f" The nearest to it here: {near}." if near else ""))
    chosen = segments("detect.detector", "Detector", found["titles"], _first(found["titles"]))
    st.altair_chart(generalisation_map(found, chosen), width="stretch")
    st.caption(f"{MAP_MEANS} Rows: what it learned from, always at the strength learnt.")
    left, right = st.columns(2, gap="large")
    with left:
        names = {str(place): name for place, name in enumerate(found["attacks"])}
        place = int(segments("detect.curve", f"Recognised, at strength {255 * asked.strength:.4g}/255", names, "0"))
        st.altair_chart(roc(found, found["attacks"][place]), width="stretch")
    with right:
        st.markdown("**False alarms on images that nobody attacked**")
        st.altair_chart(alarm_bars(found["false_alarms"], chosen, asked.false_alarm), width="stretch")
        st.caption(
            f"Dashed: the {100 * asked.false_alarm:.0f} % that its threshold was set for. Lines: 95 % intervals."
        )


def _first(titles: Mapping[str, str]) -> str:
    return next((name for name in titles if name == "signature_cnn"), next(iter(titles)))


def show_knowing(told: Told, asked: DetectionRequest, run: Run) -> None:
    """What became of the same images under three hands, for one detector at a time."""
    found = told["knowing"]
    titles = {name: each["title"] for name, each in found["detectors"].items()}
    each = found["detectors"][segments("detect.known", "Detector", titles, _first(titles))]
    if "unknowing" not in each:
        st.caption(plain(each.get("reason", ""), 300))
        return
    st.altair_chart(hands(each), width="stretch")
    if each["stood_in"]:
        st.caption(STAND_IN)
    said = f"{found['images']:,} images, each attacked with about {each['evaluations']:,.0f} gradient evaluations."
    if found["faithful"] is not None:
        said += (f" The attacker follows a differentiable stand-in of the signature, which agrees with the real one by "
                 f"{found['faithful']:.2f} (correlation); every image was judged by the real one.")  # fmt: skip
    st.caption(said)
