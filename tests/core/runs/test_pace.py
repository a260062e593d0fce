"""The time left of a training, from the steps it has made."""

import time

import pytest

from core.runs.pace import Pace


def test_the_time_left_tells_masks_and_judgements_from_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three epochs of four steps: masks before the first and the third take 100 and 60 s, judging 10, a step 1."""
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    pace = Pace(4, 3, lambda epoch: epoch % 2 == 0)
    assert pace.left(0) is None
    took = [101, 1, 1, 11, 1, 1, 1, 11, 61, 1, 1, 11]
    told = []
    for index, seconds in enumerate(took):
        clock[0] += seconds
        pace.add(index)
        told.append(pace.left(index + 1))
    assert told[0] is None  # nothing is known of a step without masks
    assert told[1] == 1 + 1 + 4 + 101 + 3  # judgements are not known yet
    assert told[3:] == [128, 127, 126, 125, 114, 13, 12, 11, 0]
    pace.start()
    clock[0] += 40
    assert pace.left(8) == 61 + 13 - 40  # masks being made
    clock[0] += 40
    assert pace.left(8) == 13  # longer than thought
    ones = Pace(1, 3, lambda _: True)
    clock[0] += 5
    ones.add(0)
    assert ones.left(1) == 10
