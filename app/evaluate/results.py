"""What an evaluation has found so far: sentences, curves, the waterfall, counts, scores by class, calibration."""

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.evaluate.tables import accuracy_table, class_table, count_table, model_table
from app.measuring.images import show_images
from app.ui import components
from app.ui.gates import show_gates
from app.ui.markdown import plain
from app.ui.widgets import segments
from core.evaluation.strength_sweep import at
from core.robustness.charts import CLICKED, by_attack, by_model, confusion_chart, waterfall
from core.robustness.published import published_counts
from core.robustness.request import Evaluation
from core.robustness.words import comparisons, focus, norms_of, saved, sentences, strength_word
from core.runs.run import Run

MOST_DRAWN = 20  # classes of which a table of confusions is drawn
RIGHT = (
    "Share of all images that are answered right, as they are and under attack. The bands are 95 % intervals (Wilson): "
    "with other images of the same kind, the curve would be expected inside them. An image counts as fallen at a "
    "strength if any attack changed its answer at it or below it."
)
FALL = (
    "The attacks in the order given, image by image: what each took of the images that those before it had left. The "
    "worst case is worked out for every image on its own, not from the attacks' averages."
)
FRAGILE = (
    "Answered right as they are, and wrong at the weakest strength; of those alike, the ones that the model was less "
    "sure of come first."
)
CALIBRATION = (
    "Expected calibration error: how far the model's own confidence lies from how often it is right, over 15 levels of "
    "confidence. 0 %: when it says 80 %, it is right on 80 %."
)


def show_results(told: Mapping[str, Any], asked: Evaluation, names: Mapping[str, str], run: Run) -> None:
    """Draw what `core.robustness.summary.summary` tells. names: model -> title."""
    for sentence in [*sentences(told, asked, names), *comparisons(told, asked, names)]:
        st.markdown(plain(sentence, 600))
    for name, model in zip(asked.classifiers, told["models"], strict=True):
        for flag in model.get("flags", []):
            st.warning(f"{plain(names.get(name, name), 100)}: {plain(flag, 300)}")
        for attack in model["attacks"]:
            if attack["without_gradient"]:
                st.warning(
                    f"{plain(names.get(name, name), 100)}: {attack['without_gradient']:,} images that held gave "
                    f"{attack['title']} no gradient to follow: that they are right says nothing."
                )
    norms = norms_of(asked)
    if not norms:
        components.table(model_table(told, asked, names), key="models")
        return
    options = {str(norm): "largest change of a pixel" if norm != 2 else "total change" for norm in norms}
    chosen = segments("evaluate.norm", "Attacks that bound the", options, str(norms[0])) if len(norms) > 1 else ""
    norm = next((each for each in norms if str(each) == chosen), norms[0])
    which = _which(asked, names)
    model = told["models"][which]
    strengths = model["worst"][str(norm)]["strengths"]
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Right under the worst attack, by model**", help=RIGHT)
        st.altair_chart(by_model(told, asked, norm, names), width="stretch")
    with right:
        st.markdown("**Right under each attack, this model**", help=RIGHT)
        st.altair_chart(by_attack(model, norm), width="stretch")
    places = {str(place): strength_word(eps, norm) for place, eps in enumerate(strengths)}
    place = int(segments(f"evaluate.at.{norm}", "At strength", places, str(focus(asked, norm))))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**What each attack took that the others had left**", help=FALL)
        event = st.altair_chart(waterfall(model, norm, place), width="stretch", on_select="rerun",
                                key=f"fall-{which}-{norm}-{place}")  # fmt: skip
        st.caption("Click a bar to see the images it stands for.")
    with right:
        _pictures(event, model, norm, place, asked, which)
    st.markdown("**Models at this strength**", help=CALIBRATION)
    components.table(model_table(told, asked, names, norm, place), key=f"models-{norm}-{place}")
    show_gates(asked.classifiers, dict(names))
    if not asked.only_standing:
        with st.expander("Numbers by attack and strength"):
            components.table(accuracy_table(model, norm), key=f"accuracy-{which}-{norm}")
            st.caption(f"Misclassified of the {model['correct']:,} images answered right as they are:")
            figures = published_counts(asked.published)
            components.table(count_table(model, norm, figures), key=f"counts-{which}-{norm}")
            if figures:
                st.caption(f"Published: {plain(figures.source, 200)}, of {figures.correct:,} images. "
                           f"{plain(figures.doubtful, 600)}")  # fmt: skip
        if "per_class" in model:
            _classes(model, told, norm, place, which)
    if words := saved(told):
        st.caption(words)


def _pictures(event: Any, model: Mapping[str, Any], norm: float, place: int, asked: Evaluation, which: int) -> None:
    """The images that the attack whose bar was clicked took, else those that fall first."""
    clicked = [each.get("step") for each in event.selection.get(CLICKED, [])] if event else []
    falls = model["worst"][str(norm)]["waterfall"][place]
    fall = next((each for each in falls if model["attacks"][each["attack"]]["title"] in clicked), None)
    if fall is None:
        st.markdown("**Most fragile images**", help=FRAGILE)
        places = [each["place"] for each in model.get("fragile", [])]
        attack = asked.methods()[0]
    else:
        attack = asked.methods()[fall["attack"]]
        st.markdown(
            f"**Taken by {plain(attack.named, 60)} at {strength_word(asked.strengths_of(attack)[place], norm)}**"
        )
        places = fall["images"]
    if attack.bound < math.inf:
        attack = at(attack, asked.strengths_of(attack)[place])
    show_images(places, asked.data, asked.split, asked.classifiers[which], attack, f"{which}-{norm}-{place}")


def _which(asked: Evaluation, names: Mapping[str, str]) -> int:
    if len(asked.classifiers) == 1:
        return 0
    options = {str(place): names.get(name, name) for place, name in enumerate(asked.classifiers)}
    return int(segments("evaluate.which", "This model", options, "0"))


def _classes(model: Mapping[str, Any], told: Mapping[str, Any], norm: float, place: int, which: int) -> None:
    with st.expander("By class: precision, recall, F1"):
        mine = {str(number): attack["title"] for number, attack in enumerate(model["attacks"])
                if attack["norm"] == str(norm)}  # fmt: skip
        number = int(segments(f"evaluate.class.{norm}", "Under attack by", mine, next(iter(mine))))
        table = class_table(model, model["attacks"][number], place, told.get("classes", []))
        components.table(table, key=f"classes-{which}-{norm}-{place}-{number}")
        names = told.get("classes", [])
        if (pairs := model["attacks"][number].get("confused", {place: []})[place]) and 0 < len(names) <= MOST_DRAWN:
            st.markdown("**Which class is taken for which, attacked**", help="Right answers are left out.")
            st.altair_chart(confusion_chart(pairs, names), width="stretch")
        st.caption("Recall: of the images of a class, how many are given its name. Precision: of the images given its "
                   "name, how many are of it. F1: their harmonic mean. Attacked by this attack at the strength "
                   "above.")  # fmt: skip
