"""The numbers of an evaluation as tables of text, ready to be drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from core.robustness.request import Evaluation
from core.robustness.words import strength_word, with_interval


def model_table(
    told: Mapping[str, Any], asked: Evaluation, names: Mapping[str, str], norm: float | None = None, place: int = 0
) -> pd.DataFrame:
    """A row a model: right as it is and under the worst attack; calibration error as it is and at its worst."""
    rows = []
    for name, model in zip(asked.classifiers, told["models"], strict=True):
        row = {"": names.get(name, name), "right as they are": with_interval(model["accuracy"])}
        if norm is not None:
            row["right under attack"] = with_interval(model["worst"][str(norm)]["accuracy"][place])
        row["calibration error"] = f"{100 * model['ece']:.1f} %"
        if norm is not None and not asked.only_standing:
            errors = [each["ece"][place] for each in model["attacks"] if each["norm"] == str(norm)]
            row["under attack"] = f"up to {100 * max(errors):.1f} %"
        rows.append(row)
    return pd.DataFrame(rows).set_index("")


def accuracy_table(model: Mapping[str, Any], norm: float) -> pd.DataFrame:
    """Right, with intervals: attacks down, strengths across."""
    worst = model["worst"][str(norm)]
    columns = [strength_word(each, norm) for each in worst["strengths"]]
    rows = {model["attacks"][number]["title"]: [with_interval(each) for each in model["attacks"][number]["accuracy"]]
            for number in worst["attacks"]}  # fmt: skip
    return pd.DataFrame.from_dict(rows | {"worst of these": [with_interval(each) for each in worst["accuracy"]]},
                                  orient="index", columns=columns)  # fmt: skip


def count_table(model: Mapping[str, Any], norm: float) -> pd.DataFrame:
    """How many images each attack turned, of those that are right as they are."""
    worst = model["worst"][str(norm)]
    columns = [strength_word(each, norm) for each in worst["strengths"]]
    rows = {model["attacks"][number]["title"]: [f"{each:,}" for each in model["attacks"][number]["misclassified"]]
            for number in worst["attacks"]}  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def class_table(
    model: Mapping[str, Any], attack: Mapping[str, Any], place: int, classes: Sequence[str]
) -> pd.DataFrame:
    """A row a class: precision, recall and F1 as the images are, and under one attack at one strength, in percent."""
    columns = {}
    for words, scores in (("as they are", model["per_class"]), ("attacked", attack["per_class"][place])):
        for measure, name in (("precision", "precision"), ("recall", "recall"), ("f1", "F1")):
            columns[f"{name}, {words}"] = [_percent(each) for each in scores[measure]]
    table = pd.DataFrame(columns)
    table.index = pd.Index([classes[row] if row < len(classes) else str(row) for row in table.index])
    return table


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"
