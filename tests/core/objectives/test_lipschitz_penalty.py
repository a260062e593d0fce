"""The penalty of Woods, Chen, Teuscher against a rendering of their programme; its controller, attacks, resuming."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from core.contracts.classifier import Classifier
from core.contracts.rms_walk import rms
from core.contracts.toy_models import linear
from core.objectives.lipschitz_penalty import TARGET, LipschitzPenalty
from core.training.resume import State
from core.training.schedule import Schedule
from tests.core.training.trainings import new, same
from tests.toys import separable, small, whole

SCHEDULE = Schedule(epochs=3, batch=32, lr=0.1, crop=0, flip=False, bf16=False, held_out=32, ema=0.9)


def three(seed: int = 0) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Softplus(), nn.Flatten(), nn.Linear(64, 3))
    return Classifier(net, ("a", "b", "c"), (1, 6, 6))


def theirs(net: nn.Module, images: Tensor, labels: Tensor, kinds: Tensor, unfair: Tensor, psi: float) -> Tensor:
    """`_model_train_batch` and `_model_robust_get_grads` of main.py at commit ce19735, with the draws given."""
    images = images.clone().requires_grad_()
    guesses = net(images)
    class_loss = -guesses.log_softmax(1).gather(1, labels.unsqueeze(1))[:, 0]
    sfair = guesses.gather(1, kinds.unsqueeze(1))[:, 0]
    unfair_real = guesses.gather(1, labels.unsqueeze(1))[:, 0]
    unfair_max = guesses.clone()
    lowest = torch.empty_like(unfair_max).fill_(unfair_max.detach().min() - 1)
    unfair_max.scatter_(1, labels.unsqueeze(1), lowest)
    sunfair = unfair_real - unfair_max.max(1)[0]
    to_smooth = unfair * sunfair + (1 - unfair) * sfair
    grads = torch.autograd.grad(to_smooth.sum(), images, create_graph=True)[0]
    return class_loss.mean() + psi * grads.abs().pow(2).mean()


def test_the_loss_and_its_pull_are_those_of_the_authors_programme() -> None:
    classifier = three()
    images = torch.rand(16, 1, 6, 6, generator=torch.Generator().manual_seed(3))
    labels = torch.arange(16) % 3
    batch = replace(whole(images, labels, seed=11), kept={"gain": 30.0})
    kinds = batch.draw("class", lambda shape, draws: torch.randint(3, shape, generator=draws), ())
    unfair = (batch.draw("tandem", lambda shape, draws: torch.rand(shape, generator=draws), ()) < 0.2).float()
    assert 0 < unfair.sum() < 16
    psi = 220 * math.exp(0.02 * 30)
    mine, parts = LipschitzPenalty()(classifier, batch)
    other = theirs(classifier.net, images, labels, kinds, unfair, psi)
    torch.testing.assert_close(mine, other)
    weights = list(classifier.net.parameters())
    for one, two in zip(torch.autograd.grad(mine, weights), torch.autograd.grad(other, weights), strict=True):
        torch.testing.assert_close(one, two)
    assert parts["strength"] == pytest.approx(psi)
    assert parts["of_guessing"] == pytest.approx(parts["cross_entropy"] / math.log(3))


def test_on_a_linear_model_the_penalty_is_the_mean_square_of_the_weights() -> None:
    """All in tandem on weights (3, -4) and (0, 0): the lead's slope is +-(3, -4), whose mean square is 12.5."""
    model = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    _, parts = LipschitzPenalty(tandem=1.0)(model, whole(torch.rand(5, 1, 1, 2), torch.tensor([0, 1, 0, 1, 1])))
    assert parts["penalty"] == pytest.approx(12.5)


def test_the_strength_follows_the_loss() -> None:
    objective = LipschitzPenalty()
    kept = objective.begin()
    for of_guessing in (2.0, TARGET * 0.5, TARGET * 0.1, TARGET * 10):
        kept = objective.advance(kept, {"of_guessing": of_guessing})
    assert kept == {"gain": pytest.approx(math.log(2) + 1 - 0.01)}
    assert objective.strength(kept) == pytest.approx(220 * math.exp(0.02 * (math.log(2) + 0.99)))
    for _ in range(500):
        kept = objective.advance(kept, {"of_guessing": 5.0})
    assert kept == {"gain": 0.0}


@pytest.mark.parametrize("attacks", ["none", "fixed", "smallest"])
def test_a_run_that_is_broken_off_ends_as_one_that_is_not(attacks: str) -> None:
    """What is kept from step to step is part of the state."""
    objective = LipschitzPenalty(attacks=attacks, initial=1.0, attack_steps=2)
    whole_run, broken = new(objective, SCHEDULE), new(objective, SCHEDULE)
    steps = list(whole_run)
    assert steps[-1].parts["strength"] > steps[0].parts["strength"]
    going = iter(broken)
    for _ in range(9):
        next(going)
    state = broken.state()
    assert state.facts["kept"]["gain"] > 0
    again = new(objective, SCHEDULE, seed=5)
    again.restore(State(state.tensors, dict(state.facts)))
    assert [step.parts for step in again] == [step.parts for step in steps[9:]]
    same(again.classifier, whole_run.classifier)


def test_a_share_of_half_is_attacked_no_farther_than_asked() -> None:
    classifier, (images, labels) = small(norm=False), separable(64)
    batch = whole(images, labels)
    drawn = batch.draw("half", lambda shape, draws: torch.rand(shape, generator=draws), ()) < 0.5
    fixed = LipschitzPenalty(attacks="fixed").attack(classifier, batch)
    assert fixed is not None
    assert torch.equal(fixed[~drawn], images[~drawn])
    lengths = rms(fixed - images)[drawn]
    torch.testing.assert_close(lengths, torch.full_like(lengths, 0.01), rtol=0.05, atol=0)
    assert LipschitzPenalty().attack(classifier, batch) is None


def test_the_smallest_change_that_fools_or_none() -> None:
    """On a line: weight (3, -4), an image .1 / (5 sqrt 2) of RMS from the border, and one too far away for 0.1."""
    model = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    near, far = torch.tensor([[[0.5, 0.35]]]), torch.tensor([[[1.0, 0.0]]])
    images = torch.stack([near, far] * 16)
    batch = whole(images, torch.zeros(32, dtype=torch.long))
    found = LipschitzPenalty(attacks="smallest", attack_steps=50).attack(model, batch)
    assert found is not None
    drawn = batch.draw("half", lambda shape, draws: torch.rand(shape, generator=draws), ()) < 0.5
    lengths = rms(found - images)
    assert lengths[1::2].max() == 0, "none was found"
    least = 0.1 / 5 / math.sqrt(2)
    moved = lengths[0::2][drawn[0::2]]
    assert len(moved) > 3
    assert moved.min() >= least - 1e-6
    assert moved.max() < least + 0.003
    assert lengths[0::2][~drawn[0::2]].max() == 0
