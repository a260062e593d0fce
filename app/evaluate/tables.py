"""The numbers of an evaluation as tables, each share with its interval below (see app.ui.components.table)."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.robustness.published import Published
from core.robustness.request import Evaluation
from core.robustness.words import strength_word

Cell = dict[str, Any]
Table = dict[str, Any]


def model_table(
    told: Mapping[str, Any], asked: Evaluation, names: Mapping[str, str], norm: float | None = None, place: int = 0
) -> Table:
    """A row a model: right as it is and under the worst attack; calibration error as it is and at its worst."""
    head = [_text(""), _text("right as they are")]
    told_errors = norm is not None and not asked.only_standing
    head += [_text("right under attack")] if norm is not None else []
    head += [_text("calibration error")]
    head += [_text("calibration error under attack, up to")] if told_errors else []
    body = []
    for name, model in zip(asked.classifiers, told["models"], strict=True):
        row = [_text(names.get(name, name)), _share(model["accuracy"])]
        if norm is not None:
            row.append(_share(model["worst"][str(norm)]["accuracy"][place]))
        row.append(_text(f"{100 * model['ece']:.1f} %"))
        if told_errors:
            errors = [each["ece"][place] for each in model["attacks"] if each["norm"] == str(norm)]
            row.append(_text(f"{100 * max(errors):.1f} %"))
        body.append(row)
    return {"head": head, "body": body}


def accuracy_table(model: Mapping[str, Any], norm: float) -> Table:
    """Right, with intervals: attacks down, strengths across."""
    worst = model["worst"][str(norm)]
    body = [[_text(attack["title"]), *map(_share, attack["accuracy"])] for attack in _of_norm(model, norm)]
    return {"head": _strengths(worst["strengths"], norm),
            "body": [*body, [_text("worst of these"), *map(_share, worst["accuracy"])]]}  # fmt: skip


def count_table(model: Mapping[str, Any], norm: float, figures: Published | None = None) -> Table:
    """How many images each attack turned, of those that are right as they are; under each, what was published."""
    strengths, body = model["worst"][str(norm)]["strengths"], []
    for attack in _of_norm(model, norm):
        body.append([_text(attack["title"]), *(_text(f"{each:,}") for each in attack["misclassified"])])
        if figures and (theirs := figures.row(attack["title"], strengths)):
            body.append([_text("published"), *map(_text, theirs)])
    return {"head": _strengths(strengths, norm), "body": body}


def class_table(model: Mapping[str, Any], attack: Mapping[str, Any], place: int, classes: Sequence[str]) -> Table:
    """A row a class: precision, recall and F1 as the images are, and under one attack at one strength, in percent."""
    sides = (("as they are", model["per_class"]), ("attacked", attack["per_class"][place]))
    measures = (("precision", "precision"), ("recall", "recall"), ("f1", "F1"))
    head = [_text("class, %"), *(_text(f"{name}, {side}") for side, _ in sides for _, name in measures)]
    count = len(model["per_class"]["f1"])
    body = [
        [_text(classes[row] if row < len(classes) else str(row)),
         *(_text(_percent(scores[key][row])) for _, scores in sides for key, _ in measures)]
        for row in range(count)
    ]  # fmt: skip
    return {"head": head, "body": body}


def _of_norm(model: Mapping[str, Any], norm: float) -> list[Mapping[str, Any]]:
    return [model["attacks"][number] for number in model["worst"][str(norm)]["attacks"]]


def _strengths(strengths: Sequence[float], norm: float) -> list[Cell]:
    return [_text(""), *(_text(strength_word(each, norm)) for each in strengths)]


def _text(text: str) -> Cell:
    return {"text": text}


def _share(share: Sequence[float]) -> Cell:
    value, low, high = (f"{100 * each:.1f}" for each in share)
    return {"text": f"{value} %", "range": f"{low} to {high} %"}


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"
