"""Per class: precision, recall and F1, from answers and labels; and which class is taken for which."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


def confusion(labels: Whole, answers: Whole, classes: int) -> Whole:
    """(K, K): how many images of the class of the row were given the class of the column.

    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    return np.bincount(labels * classes + answers, minlength=classes**2).reshape(classes, classes)


def confused(table: Whole, most: int = 400) -> list[tuple[int, int, int]]:
    """(class, answer, images) of the wrong answers of a confusion table, the most frequent first.

    >>> confused(np.array([[5, 1], [2, 5]]))
    [(1, 0, 2), (0, 1, 1)]
    """
    wrong = table.copy()
    np.fill_diagonal(wrong, 0)
    rows, columns = np.nonzero(wrong)
    order = np.argsort(-wrong[rows, columns], kind="stable")[:most]
    return [(int(rows[each]), int(columns[each]), int(wrong[rows[each], columns[each]])) for each in order]


@dataclass(frozen=True, eq=False)
class ClassScores:
    """(K,) each: how many images of a class were given its name (recall), how many of those given its name are of it
    (precision), their harmonic mean (F1), and how many images of it there are. NaN where it divides by nothing."""

    precision: Real
    recall: Real
    f1: Real
    count: Whole

    @property
    def macro_f1(self) -> float:
        """The mean of F1 over the classes that have images; an F1 that cannot be worked out is 0 there."""
        there = self.count > 0
        return float(np.nan_to_num(self.f1[there]).mean()) if there.any() else 0.0


def class_scores(table: Whole) -> ClassScores:
    """The scores of a confusion table (K, K).

    With true positives t of a class, n its images, m those given its name: recall t / n, precision t / m, F1 = 2 t /
    (n + m), which is 2 P R / (P + R) wherever that can be worked out.

    >>> scores = class_scores(np.array([[3, 1], [2, 4]]))
    >>> [round(float(value), 4) for value in (scores.precision[0], scores.recall[0], scores.f1[0], scores.macro_f1)]
    [0.6, 0.75, 0.6667, 0.697]
    """
    true, own, given = np.diag(table).astype(float), table.sum(axis=1), table.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return ClassScores(true / given, true / own, 2 * true / (own + given), own)
