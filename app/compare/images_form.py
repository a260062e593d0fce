"""The settings of a comparison over many test images: of which data set, and how many."""

from typing import Any

import streamlit as st

from app.compare.models import ModelPair
from app.ui.widgets import number, pick
from core.base.params import to_spec
from core.compare.comparison import SIDES, Pair
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.data.by_name import data_names, known_data


def usual_run(model: Classifier) -> dict[str, str | int]:
    """The settings of a run over a data set by name, at first: those of a model's own kind of pictures."""
    names = data_names()
    return {
        f"compare.data.{model.samples}": model.samples if model.samples in names else next(iter(names)),
        "compare.count": 200,
    }


def run_arguments(pair: Pair, two: ModelPair, explainer: Explainer | None) -> dict[str, Any]:
    """Draw the two settings of the run; returns its arguments."""
    names, model = data_names(), two.models["before"]
    (data_name, usual), (count_name, many) = usual_run(model).items()
    left, right, _ = st.columns([1.3, 1, 1.7], gap="medium")
    with left:
        data = pick(data_name, "Test images of", list(names), str(usual), names.__getitem__,
                    "Images that neither model was trained on, of their classes and the size of one.")  # fmt: skip
    with right:
        count = number(count_name, "Number of images", int(many), 10, 10_000,
                       "Drawn by the seed. More take longer and narrow the bands.")  # fmt: skip
    return {
        "before": pair.before, "after": pair.after, "data": data, "attack": to_spec(pair.attack),
        "explainer": to_spec(explainer) if explainer else None, "count": count, "seed": pair.seed,
        "weights": [two.weights[side] for side in SIDES],
    } | known_data(data)  # fmt: skip
