"""The pictures and tables of critical pixels and of the tests of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.detect.pictures import show_pixels
from app.detect.tables import test_table
from app.ui import components
from app.ui.markdown import plain
from app.ui.widgets import pick, segments
from core.detection.reporting.charts import histogram, means, rates
from core.detection.reporting.exports import pixels_csv
from core.detection.request import DetectionRequest
from core.runs.run import Run

Told = Mapping[str, Any]
READINGS = {"detection": "for detection: where it changes", "generation": "for generation: where it is strong"}
ALL = "all"  # classes
BUTTONS = 12  # classes at most that have one each, beside that of all


def show_critical(told: Told, asked: DetectionRequest, run: Run) -> None:
    """The pixels of one reading on originals, of all classes or of one, and what an attack on them alone achieves."""
    reading = segments("detect.reading", "Critical pixels", READINGS, "detection")
    found = told["pixels"][reading]
    name = _ask_class(list(found.get("per_class", {})))
    left, right = st.columns([2, 3], gap="large")
    with left:
        _marked(found, name, told.get("signatures", {}).get("examples", []))
        both = [told["pixels"][each]["count"] for each in READINGS]
        said = f"{plain(found['rule'], 200).capitalize()}."
        if all(0 < each < found["pixels"] for each in both):
            said += f" The sets of both readings overlap by {100 * told['pixels']['agreement']:.0f} %."
        st.caption(said)
        made = pixels_csv(told["pixels"], told["attacks"]["sources"]["learning"])
        st.download_button("Critical pixels (CSV)", made, f"{run.id}-pixels.csv", on_click="ignore",
                           help="The places of those of all images and of each class.")  # fmt: skip
    with right:
        if found["matters"]:
            outcomes = {str(place): each["measure"] for place, each in enumerate(found["matters"])}
            place = int(segments("detect.measure", "Tried", outcomes, "0"))
            st.altair_chart(rates(found["matters"][place]), width="stretch")
            st.caption("The pixels of all classes. In brackets: how many they are. Lines: 95 % intervals.")


def _ask_class(names: Sequence[str]) -> str:
    """The name of a class, or "" for all."""
    if not names:
        return ""
    options = {ALL: "All classes"} | {str(place): name for place, name in enumerate(names)}
    if len(names) > BUTTONS:
        chosen = pick("detect.pixel_class", "Found on images of", list(options), ALL, options.__getitem__)
    else:
        chosen = segments("detect.pixel_class", "Found on images of", options, ALL)
    return "" if chosen == ALL else options[chosen]


def _marked(found: Told, name: str, examples: Sequence[Told]) -> None:
    """The pixels, of a class if one is named, marked on originals, of that class if there are any."""
    shape = (len(found["importance"]), len(found["importance"][0]))
    own = found["per_class"][name] if name else found
    mine = [each for each in examples if each["label"] == name] if name else []
    show_pixels(mine or examples, own["chosen"], shape)
    if name:
        where = "on an original of this class" if mine else "on originals of other classes, as none of this was kept"
        st.caption(f"{plain(name, 60)}: {own['count']:,} pixels, found on {own['images']:,} images and marked {where}. "
                   f"They overlap those of all classes by {100 * own['overlap']:.0f} %.")  # fmt: skip
    else:
        st.caption(f"{own['count']:,} of {own['pixels']:,} pixels, marked on originals.")


def show_tests(told: Told, asked: DetectionRequest, run: Run) -> None:
    """The tests of one reading; nothing where no pixel is critical or all are, which its sentence says."""
    reading = segments("detect.reading", "Critical pixels", READINGS, "detection")
    found = told["tests"][reading]
    if not found["same"]["critical"] or not found["same"]["others"]:
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.altair_chart(means(found), width="stretch")
    with right:
        st.altair_chart(histogram(found), width="stretch")
    components.table(test_table(found), key=f"tests-{reading}")
