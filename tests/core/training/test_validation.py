"""Judging on held-out images: the best is kept, and parts find the same as all at once."""

import pytest

from core.attacks.pgd import PGD
from core.evaluation.accuracy import accuracy, split_held_out
from core.objectives.fast_adversarial import FastAdversarial
from core.training.in_parts import in_parts
from core.training.loop import Training
from core.training.validation import validate
from tests.core.training.trainings import SCHEDULE, new
from tests.toys import dataset, small


def test_the_best_is_kept_and_chosen_by_robust_accuracy() -> None:
    validation_attack = PGD(eps=0.24, step=0.05, steps=10)
    training = Training(small(), FastAdversarial(eps=0.2), dataset(), SCHEDULE, validation_attack=validation_attack)
    held = [step.held for step in training if step.epoch_ends]
    assert all(set(each) == {"clean", "robust", "clean_average", "robust_average"} for each in held)
    scores = [(each["robust"], each["robust_average"]) for each in held]
    top = max(max(pair) for pair in scores)
    assert training.validation.best is not None
    assert training.validation.best.score == top
    assert scores[training.validation.best.epoch][training.validation.best.averaged] == top
    check = small()
    check.net.load_state_dict(dict(training.validation.best.weights))
    _, away = split_held_out(dataset(), 64, 0)
    assert accuracy(check, away, validation_attack).value == top
    assert len(training.batches.data) == 256 - 64


@pytest.mark.parametrize("at_once", [250, 64, 7, 1])
def test_judged_in_parts_an_attack_finds_the_same(at_once: int) -> None:
    """Its random start is drawn for all images of the block; what is kept for the gradient is one part's."""
    model, data, validation_attack = small(), dataset(300), PGD(eps=0.24, step=0.05, steps=3)
    model.net.eval()
    images, largest = data.images.float() / 255, [0]
    expected = validation_attack(model, images, data.labels, seed=5)
    model.net.register_forward_pre_hook(lambda _, given: largest.append(len(given[0])))
    found = validation_attack(in_parts(model, at_once), images, data.labels, seed=5)
    assert (found - expected).abs().max() < 1e-6
    assert max(largest) == at_once
    training = new(FastAdversarial())
    whole = validate(model, model.copy(), data, validation_attack, training.fabric)
    largest.clear()
    assert validate(model, model.copy(), data, validation_attack, training.fabric, at_once) == whole
    assert max(largest) == at_once
    again = new(FastAdversarial())
    training.validation.at_once = at_once
    again.restore(training.state())
    assert again.validation.at_once == at_once
