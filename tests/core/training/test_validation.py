"""Judging on held-out images: the best is kept, and parts find the same as all at once."""

import pytest
import torch
from torch import Tensor, nn

from core.attacks.pgd import PGD
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.contracts.objective import Objective
from core.data.subset import split_held_out
from core.distributed.fabric import make_fabric
from core.evaluation.accuracy import accuracy
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.fast_adversarial import FastAdversarial
from core.training.in_parts import in_parts
from core.training.loop import Training
from core.training.validation import Validation, usual_validation_attack, validate
from tests.core.training.trainings import SCHEDULE, new
from tests.toys import dataset, small

JUDGE = PGD(eps=0.1, step=0.05, steps=5)


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


def linear_on(weights: Tensor, bias: float) -> Classifier:
    """Two classes over 1 x 6 x 6 images: the score of the second is weights . x + bias, that of the first 0."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(36, 2))
    layer = net[1]
    assert isinstance(layer, nn.Linear)
    layer.weight.data = torch.stack([torch.zeros(36), weights.flatten()])
    layer.bias.data = torch.tensor([0.0, bias])
    return Classifier(net, ("left", "right"), (1, 6, 6))


@pytest.mark.parametrize(
    ("objective", "attack", "epoch"),
    [(FastAdversarial(eps=0.1), JUDGE, 1), (CrossEntropy(), JUDGE, 1), (CrossEntropy(), None, 0)],
)
def test_what_withstands_most_is_kept_where_there_is_an_attack_else_what_is_right_most(
    objective: Objective, attack: PGD | None, epoch: int
) -> None:
    """One corner pixel tells the class of every image by 10 of 255 levels; which half is bright, of 54 in 64."""
    labels = torch.arange(64) % 2
    images = torch.zeros(64, 1, 6, 6, dtype=torch.uint8)
    bright = torch.where(torch.arange(64) < 10, 1 - labels, labels)
    for place, side in enumerate(bright.tolist()):
        images[place, :, 1:, 3 * side : 3 * side + 3] = 200
    images[:, 0, 0, 0] = (10 * labels).to(torch.uint8)
    corner, halves = torch.zeros(6, 6), torch.zeros(6, 6)
    corner[0, 0], halves[1:, :3], halves[1:, 3:] = 50.0, -1.0, 1.0
    frail, sturdy = linear_on(corner, -50 * 5 / 255), linear_on(halves, 0.0)
    data = Images(images, labels, ("left", "right"))
    validation = Validation(data, objective, attack, make_fabric("cpu"))
    held = [validation.judge(each, None, place) for place, each in enumerate((frail, sturdy))]
    assert [each["clean"] for each in held] == [1.0, 54 / 64]
    assert [each.get("robust") for each in held] == ([None, None] if attack is None else [0.0, 54 / 64])
    assert validation.best is not None
    assert validation.best.epoch == epoch
    assert validation.best.score == (54 / 64 if epoch else 1.0)


def test_an_objective_is_judged_by_ten_steps_of_a_quarter_of_its_strength() -> None:
    assert usual_validation_attack(FastAdversarial(eps=0.2)) == PGD(eps=0.2, step=0.05, steps=10)
    assert usual_validation_attack(CrossEntropy()) is None
