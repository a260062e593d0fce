"""The gates of an evaluation: a trajectory is the shorter attacks."""

from dataclasses import replace

from core.attacks.pgd import PGD
from core.evaluation.accuracy import accuracy
from core.evaluation.sanity_gates import trajectory
from tests.core.evaluation.networks import EPS, answered, network


def test_a_trajectory_is_the_shorter_attacks() -> None:
    classifier = network()
    data = answered(classifier, 60)
    long = PGD(eps=EPS, step=EPS / 4, steps=9)
    found = trajectory(classifier, data, long, (2, 5))
    expected = {f"pgd{steps}": accuracy(classifier, data, replace(long, steps=steps)).value for steps in (2, 5, 9)}
    assert found == expected
    assert len(set(found.values())) > 1
