"""What the rows of an evaluation tell, as JSON: curves, counts, scores, calibration, worst case and waterfall."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.base.proportion import Proportion
from core.contracts.attack import Attack
from core.evaluation.paired import newcombe_difference
from core.robustness.calibration import expected_calibration_error
from core.robustness.cells import Cell, Matrix, Model, joined
from core.robustness.class_scores import class_scores, confused, confusion
from core.robustness.request import Evaluation
from core.robustness.worst_case import most_fragile, waterfall, weakest

FRAGILE = 60  # images told of a model
MOST_CLASSES = 100  # of which every class is told


def summary(rows: Sequence[Mapping[str, Any]], asked: Evaluation, classes: int) -> dict[str, Any]:
    """Everything told by the rows so far; the same from the first batch to the last, so that curves grow.

    `count` images; for each of `models`: `accuracy` (value, low, high), `ece`, `macro_f1`; its `attacks`:
    `strengths`, `accuracy` by strength, `misclassified` of the `correct` ones by strength, `ece`, `macro_f1`,
    `confused` (class, answer, images) and `per_class` by strength, `made` of `naive` attacks on one image at one
    strength, `evaluations`, `seconds`, `without_gradient`; `worst` by norm: `accuracy` by strength and the
    `waterfall` at each (`took`, `left`, places in the data of the first `images` taken); `fragile`: places in the
    data of the images that fall first. `differences`: of every two models, the later minus the earlier, the worst
    case on the same images. With `only_standing` no attack is told on its own.
    """
    methods = asked.methods()
    matrix = joined(rows, len(asked.classifiers), len(methods))
    if not len(matrix):
        return {"count": 0, "models": [], "differences": []}
    told = [_model(matrix, each, methods, asked, classes) for each in matrix.models]
    return {"count": len(matrix), "models": told, "differences": differences(matrix, methods, asked)}


def _model(matrix: Matrix, model: Model, methods: Sequence[Attack], asked: Evaluation, classes: int) -> dict[str, Any]:
    right = model.answers == matrix.labels
    told: dict[str, Any] = {"accuracy": share(right), "correct": int(right.sum()),
                            "ece": round(expected_calibration_error(model.confidence, right), 4)}  # fmt: skip
    told |= _scores(matrix, model.answers, classes)
    told["attacks"] = [_attack(matrix, cell, attack, asked, classes)
                       for cell, attack in zip(model.cells, methods, strict=True)]  # fmt: skip
    told["worst"] = {}
    for norm in sorted({attack.norm for attack in methods}, reverse=True):
        cells, numbers = of_norm(model, methods, norm)
        strengths = asked.strengths_of(methods[numbers[0]])
        first = weakest(cells)
        told["worst"][str(norm)] = {
            "strengths": list(strengths), "attacks": numbers,
            "accuracy": [share(first > place) for place in range(len(strengths))],
            "waterfall": [[{"attack": numbers[fall.attack], "took": fall.took, "left": fall.left,
                            "images": matrix.places[list(fall.rows[:FRAGILE])].tolist()}
                           for fall in waterfall(cells, place)] for place in range(len(strengths))],
        }  # fmt: skip
    if methods:
        cells, _ = of_norm(model, methods, methods[0].norm)
        rows, first = most_fragile(cells, model.confidence, FRAGILE), weakest(cells)
        told["fragile"] = [{"place": int(matrix.places[row]), "label": int(matrix.labels[row]),
                            "fell": int(first[row])} for row in rows]  # fmt: skip
    return told


def of_norm(model: Model, methods: Sequence[Attack], norm: float) -> tuple[list[Cell], list[int]]:
    """The cells of the attacks in this norm, and which attacks these are."""
    numbers = [number for number, attack in enumerate(methods) if attack.norm == norm]
    return [model.cells[number] for number in numbers], numbers


def _attack(matrix: Matrix, cell: Cell, attack: Attack, asked: Evaluation, classes: int) -> dict[str, Any]:
    strengths = asked.strengths_of(attack)
    told: dict[str, Any] = {
        "title": attack.named, "norm": str(attack.norm), "strengths": list(strengths), "made": cell.made,
        "naive": cell.naive, "evaluations": round(cell.evaluations), "seconds": round(cell.seconds, 1),
        "without_gradient": int(cell.flat.sum()),
    }  # fmt: skip
    if asked.only_standing:
        return told
    places = range(len(strengths))
    scored = [_scores(matrix, cell.answers_at(place, matrix.labels), classes) for place in places]
    return told | {
        "accuracy": [share(cell.right(place)) for place in places],
        "misclassified": [int(((cell.fell >= 0) & (cell.fell <= place)).sum()) for place in places],
        "ece": [round(expected_calibration_error(cell.confidence[place], cell.right(place)), 4) for place in places],
    } | {name: [each[name] for each in scored] for name in scored[0]}  # fmt: skip


def _scores(matrix: Matrix, answers: Any, classes: int) -> dict[str, Any]:
    table = confusion(matrix.labels, answers, classes)
    scores = class_scores(table)
    told: dict[str, Any] = {"macro_f1": round(scores.macro_f1, 4), "confused": confused(table)}
    if classes <= MOST_CLASSES:
        told["per_class"] = {name: [None if np.isnan(each) else round(float(each), 4) for each in values]
                             for name, values in vars(scores).items() if name != "count"}  # fmt: skip
    return told


def share(right: Any) -> tuple[float, float, float]:
    """(value, low, high) of a share of images, with Wilson's 95 % interval."""
    found = Proportion(int(right.sum()), len(right))
    return found.value, *found.interval


def differences(matrix: Matrix, methods: Sequence[Attack], asked: Evaluation) -> list[dict[str, Any]]:
    """Of every two models, the later minus the earlier: as they are, and at every strength the worst case, by norm."""
    told = []
    for second, after in enumerate(matrix.models):
        for first, before in enumerate(matrix.models[:second]):
            hits = [each.answers == matrix.labels for each in (after, before)]
            entry: dict[str, Any] = {"first": first, "second": second, "as_they_are": _difference(*hits), "worst": {}}
            for norm in sorted({attack.norm for attack in methods}, reverse=True):
                later, earlier = (weakest(of_norm(each, methods, norm)[0]) for each in (after, before))
                count = len(asked.strengths_of(next(each for each in methods if each.norm == norm)))
                entry["worst"][str(norm)] = [_difference(later > place, earlier > place) for place in range(count)]
            told.append(entry)
    return told


def _difference(first: Any, second: Any) -> tuple[float, float, float]:
    found = newcombe_difference(first.tolist(), second.tolist())
    return found.value, found.low, found.high
