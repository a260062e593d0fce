"""Curves over rows: by hand, and their intervals by simulation."""

import json

import numpy as np
import pytest
from scipy.stats import norm

from core.compare.curves import bonett_price_difference, curves, mean
from tests.core.compare.doubles import ROWS


def test_curves_by_hand() -> None:
    found = curves(ROWS)
    assert found["count"] == 4
    assert [round(each[0], 3) for each in found["before"]["accuracy"]] == [0.75, 0.25]
    assert [round(each[0], 3) for each in found["after"]["accuracy"]] == [0.75, 0.5]
    assert found["gained"] == [[9], [4, 9]]
    assert found["lost"] == [[7], [12]]
    assert found["matched"] == 2  # images 4 and 12 are right in both models before any attack
    assert found["before"]["stability"][1][0] == pytest.approx((0.2 + 0.8) / 2)
    assert found["difference"]["stability"][1][0] == pytest.approx((0.4 - 0.4) / 2)
    assert found["difference"]["bound"][0] == pytest.approx(0.05)
    assert found["before"]["bound"][0] == pytest.approx(0.2)
    for place in range(2):
        gained, lost = len(found["gained"][place]), len(found["lost"][place])
        assert found["difference"]["accuracy"][place][0] == pytest.approx((gained - lost) / 4)
    assert curves(ROWS[:1])["count"] == 3
    assert curves([]) == {"count": 0}
    json.dumps(found, allow_nan=False)


def test_the_mean_has_the_interval_of_the_normal() -> None:
    values = np.random.default_rng(0).normal(size=200)
    low, high = norm.interval(0.95, values.mean(), values.std(ddof=1) / 200**0.5)
    assert mean(values) == pytest.approx((values.mean(), low, high), abs=1e-6)
    assert mean(np.array([2.0])) == (2.0, 2.0, 2.0)


@pytest.mark.parametrize(("up", "down"), [(0.05, 0.05), (0.3, 0.1), (0.02, 0.0), (0.5, 0.02)])
def test_the_paired_interval_covers_the_truth(up: float, down: float) -> None:
    draws = np.random.default_rng(1)
    hits = 0
    for _ in range(2000):
        kind = draws.choice(3, size=100, p=[up, down, 1 - up - down])
        _, low, high = bonett_price_difference((kind != 0).astype(float), (kind != 1).astype(float))
        hits += low <= up - down <= high
    assert hits / 2000 > 0.93


def test_the_paired_difference_is_surer_than_two_intervals() -> None:
    before, after = np.r_[np.ones(50), np.zeros(50)], np.r_[np.ones(62), np.zeros(38)]
    value, low, high = bonett_price_difference(before, after)
    assert (value, low > 0) == (0.12, True)
    assert (low, high) == pytest.approx(tuple(-each for each in bonett_price_difference(after, before)[:0:-1]))
    sides = {name: {"right": [values.tolist()], "bound": values.tolist(), "share": values.tolist()}
             for name, values in (("before", before), ("after", after))}  # fmt: skip
    found = curves([{"images": list(range(100)), **sides}])
    assert found["before"]["accuracy"][0][2] > found["after"]["accuracy"][0][1]
