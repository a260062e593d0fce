"""Scores by class and calibration against other libraries; the worst case against a loop."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from core.robustness.calibration import expected_calibration_error, reliability
from core.robustness.cells import Cell
from core.robustness.class_scores import class_scores, confusion
from core.robustness.worst_case import most_fragile, waterfall, weakest


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_those_of_scikit_learn(seed: int) -> None:
    drawn = np.random.default_rng(seed)
    labels, answers = drawn.integers(0, 6, 200), drawn.integers(0, 7, 200) % 6
    table = confusion(labels, answers, 6)
    assert np.array_equal(table, confusion_matrix(labels, answers, labels=range(6)))
    scores = class_scores(table)
    precision, recall, f1, count = precision_recall_fscore_support(labels, answers, labels=range(6))
    for ours, theirs in (
        (scores.precision, precision),
        (scores.recall, recall),
        (scores.f1, f1),
        (scores.count, count),
    ):
        assert np.allclose(ours, theirs)
    assert scores.macro_f1 == pytest.approx(f1.mean())


def test_a_class_that_is_never_answered_has_no_precision_and_one_without_images_counts_not() -> None:
    scores = class_scores(confusion(np.array([0, 0, 1]), np.array([0, 0, 0]), 3))
    assert np.isnan(scores.precision[[1, 2]]).all()
    assert np.isnan(scores.recall[2])
    assert scores.macro_f1 == pytest.approx((0.8 + 0) / 2)


def test_the_calibration_error_is_that_of_a_loop() -> None:
    drawn = np.random.default_rng(0)
    sure, right = drawn.uniform(0, 1, 500).round(2), drawn.uniform(0, 1, 500) < 0.6
    error = 0.0
    for low in np.arange(10) / 10:
        inside = (sure > low + 1e-12) & (sure <= low + 0.1 + 1e-12) | ((low == 0) & (sure == 0))
        if inside.any():
            error += inside.mean() * abs(sure[inside].mean() - right[inside].mean())
    assert expected_calibration_error(sure, right, bins=10) == pytest.approx(error, abs=1e-9)
    assert sum(count for count, _, _ in reliability(sure, right)) == 500
    assert expected_calibration_error(np.ones(4), np.ones(4, bool)) == 0


def cell(fell: np.ndarray) -> Cell:
    count = len(fell)
    return Cell(fell, np.zeros(count, int), np.zeros((3, count)), np.zeros(count, bool), 0, 0, 0.0, 0.0)


def test_the_worst_case_is_taken_image_by_image() -> None:
    drawn = np.random.default_rng(1)
    right = drawn.uniform(size=60) < 0.8
    cells = [cell(np.where(right, drawn.integers(0, 4, 60), -1)) for _ in range(4)]
    first = weakest(cells)
    for place in range(3):
        left = [image for image in range(60) if all(each.fell[image] > place for each in cells)]
        assert (first > place).sum() == len(left)
        falls = waterfall(cells, place)
        assert falls[-1].left == len(left)
        assert sum(fall.took for fall in falls) + len(left) == right.sum()
        assert min((each.fell > place).sum() for each in cells) >= len(left), "never more than the worst attack alone"
    order = most_fragile(cells, drawn.uniform(size=60), 60)
    assert set(order) == set(np.flatnonzero(right))
    assert list(first[order]) == sorted(first[order])
