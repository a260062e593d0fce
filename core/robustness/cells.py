"""The rows of a matrix run, joined: what every model answered, and at which strength each image fell to each attack.

A row is one batch of images on one model: as they are (`attack` is -1) or under one attack. Only batches of which every
row is there are joined, so that models and attacks are always told on the same images.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.base.errors import Unreadable
from core.robustness.sweep import WRONG

AS_THEY_ARE = -1
Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cell:
    """One model under one attack at S strengths, N images: see `core.robustness.sweep.Swept`."""

    fell: Whole
    answers: Whole
    confidence: Real
    flat: NDArray[np.bool_]
    made: int
    naive: int
    evaluations: float
    seconds: float

    def right(self, place: int) -> NDArray[np.bool_]:
        """(N,) whether the answer is right at the strength of this place, having been right at all before."""
        standing: NDArray[np.bool_] = self.fell > place
        return standing

    def answers_at(self, place: int, labels: Whole) -> Whole:
        """(N,) the answers under attack at the strength of this place."""
        return np.where(self.right(place), labels, self.answers)


@dataclass(frozen=True, eq=False)
class Model:
    """One model on N images as they are, and its cells, one for each attack."""

    answers: Whole
    confidence: Real
    cells: tuple[Cell, ...]


@dataclass(frozen=True, eq=False)
class Matrix:
    """The matrix on N images: `places` of the images in the data, their `labels`, and the models."""

    places: Whole
    labels: Whole
    models: tuple[Model, ...]

    def __len__(self) -> int:
        return len(self.places)


def joined(rows: Sequence[Mapping[str, Any]], models: int, attacks: int) -> Matrix:
    """The matrix as far as whole batches are there; Unreadable, in one sentence, where rows are damaged."""
    batches: dict[int, dict[tuple[int, int], Mapping[str, Any]]] = {}
    try:
        for row in rows:
            batches.setdefault(row["batch"], {})[row["model"], row["attack"]] = row
        whole = [found for _, found in sorted(batches.items()) if len(found) == models * (attacks + 1)]
        first = [found[0, AS_THEY_ARE] for found in whole]
        return Matrix(
            _whole(first, "places"),
            _whole(first, "labels"),
            tuple(_model([{a: each[m, a] for a in range(-1, attacks)} for each in whole], attacks)
                  for m in range(models)),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable("the numbers of this evaluation are damaged") from error


def _model(batches: Sequence[Mapping[int, Mapping[str, Any]]], attacks: int) -> Model:
    plain = [each[AS_THEY_ARE] for each in batches]
    cells = tuple(_cell([each[attack] for each in batches]) for attack in range(attacks))
    return Model(_whole(plain, "answers"), _real(plain, "confidence"), cells)


def _cell(rows: Sequence[Mapping[str, Any]]) -> Cell:
    fell = _whole(rows, "fell")
    if len(fell) and fell.min() < WRONG:
        raise ValueError("no such strength")
    made, naive = (sum(int(row[name]) for row in rows) for name in ("made", "naive"))
    evaluations, seconds = (sum(float(row[name]) for row in rows) for name in ("evaluations", "seconds"))
    flat = np.concatenate([np.empty(0, bool), *(np.asarray(row["flat"], bool) for row in rows)])
    return Cell(fell, _whole(rows, "answers"), _real(rows, "confidence"), flat, made, naive, evaluations, seconds)


def _whole(rows: Sequence[Mapping[str, Any]], name: str) -> Whole:
    return np.concatenate([np.empty(0, np.int64), *(np.asarray(row[name], np.int64) for row in rows)])


def _real(rows: Sequence[Mapping[str, Any]], name: str) -> Real:
    if not rows:
        return np.empty(0)
    joined: Real = np.concatenate([np.asarray(row[name], np.float64) for row in rows], axis=-1)
    if not np.isfinite(joined).all():
        raise ValueError("a number that is not finite")
    return joined
