"""Every training objective: the loss falls, its parts are finite, the network stays in training mode; the formulas."""

import json
import math

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, kl_div

from core.attacks.pgd import PGD
from core.base.cancellation import CancelScope
from core.base.params import from_spec, to_spec
from core.catalog import OBJECTIVES
from core.classifiers import mnist_cnn
from core.contracts.batch import stream
from core.contracts.objective import Adversarial
from core.contracts.toy_models import linear
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.fast_adversarial import FastAdversarial
from core.objectives.pgd_adversarial import PGDAdversarial
from core.objectives.trades import Trades
from core.training.loop import refine
from core.training.schedule import Schedule
from tests.toys import dataset, ready, separable, small, whole

KEYS = sorted(OBJECTIVES)
ATTACKING = [key for key in KEYS if issubclass(OBJECTIVES[key], Adversarial)]


@pytest.mark.parametrize("key", KEYS)
def test_loss_falls_parts_finite_training_mode_afterwards(key: str) -> None:
    classifier = ready(OBJECTIVES[key])
    images, labels = separable()
    schedule = Schedule(epochs=6, batch=32, lr=0.1, crop=0, flip=False, bf16=False, held_out=0)
    steps = list(refine(classifier, OBJECTIVES[key](), dataset(), schedule))
    assert all(torch.isfinite(torch.tensor([step.loss, *step.parts.values()])).all() for step in steps)
    assert all(step.parts for step in steps)
    losses = [step.loss for step in steps]
    assert sum(losses[-8:]) < 0.5 * sum(losses[:8])
    assert all(module.training for module in classifier.net.modules())
    assert all(weight.requires_grad for weight in classifier.net.parameters())
    right = classifier.probabilities(images).argmax(dim=1) == labels
    assert right.float().mean() > 0.95


@pytest.mark.parametrize("key", KEYS)
def test_a_scalar_with_gradients_for_every_weight(key: str) -> None:
    classifier = ready(OBJECTIVES[key])
    classifier.net.train()
    images, labels = separable(16)
    kept = images.clone()
    loss, _ = OBJECTIVES[key]()(classifier, whole(images, labels))
    loss.backward()
    assert loss.shape == ()
    assert all(weight.grad is not None for weight in classifier.net.parameters())
    assert torch.equal(images, kept)
    assert images.grad is None


@pytest.mark.parametrize("key", [key for key in KEYS if not OBJECTIVES[key].precise])
@pytest.mark.parametrize("sure", [1.0, 300.0])
def test_half_precision_gives_the_same_loss_however_sure_the_network_is(key: str, sure: float) -> None:
    images, labels = separable(16)
    found = []
    for half in (False, True):
        classifier = ready(OBJECTIVES[key])
        layer = [module for module in classifier.net.modules() if isinstance(module, torch.nn.Linear)][-1]
        layer.weight.data *= sure
        classifier.net.train()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            loss, parts = OBJECTIVES[key]()(classifier, whole(images, labels))
        assert all(math.isfinite(value) for value in parts.values())
        found.append(loss.item())
    assert found[1] == pytest.approx(found[0], rel=0.1, abs=0.05)


@pytest.mark.parametrize("key", KEYS)
def test_spec_survives_json(key: str) -> None:
    objective = OBJECTIVES[key]()
    assert from_spec(json.loads(json.dumps(to_spec(objective))), OBJECTIVES) == objective


def test_fast_adversarial_at_no_strength_is_cross_entropy() -> None:
    images, labels = separable(32)
    first, second = small(), small()
    first.net.train()
    second.net.train()
    loss, parts = FastAdversarial(eps=0.0)(first, whole(images, labels))
    plain, plain_parts = CrossEntropy()(second, whole(images, labels))
    assert loss.item() == plain.item() == parts["adversarial"] == plain_parts["cross_entropy"]
    loss.backward()
    plain.backward()
    for one, other in zip(first.net.parameters(), second.net.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)


def test_cross_entropy_by_hand() -> None:
    model = linear([[[[1.0]]], [[[0.0]]]])  # logits (x, 0): -log p_0 = log(1 + exp(-x))
    images, labels = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1), torch.tensor([0, 0])
    loss, _ = CrossEntropy()(model, whole(images, labels))
    assert loss.item() == pytest.approx((0.693147 + 0.313262) / 2, abs=1e-5)


def test_the_inner_step_of_fast_adversarial_goes_up() -> None:
    """On a linear model every pixel with a weight moves against its label, by the step, inside the ball."""
    weight = torch.randn(2, 1, 4, 4, generator=torch.Generator().manual_seed(1))
    model = linear(weight.tolist())
    images = torch.rand(20, 1, 4, 4, generator=torch.Generator().manual_seed(2)) * 0.6 + 0.2
    labels = torch.arange(20) % 2
    seen: list[Tensor] = []
    with CancelScope(watcher=lambda batch, _: seen.append(batch.clone())):
        loss, _ = FastAdversarial(eps=0.1)(model, whole(images, labels))
    start, attacked = seen
    before = cross_entropy(model(start), labels, reduction="none")
    after = cross_entropy(model(attacked), labels, reduction="none")
    assert (after > before).all()
    assert loss.item() == pytest.approx(after.mean().item(), abs=1e-6)
    assert ((attacked - images).abs() <= 0.1 + 1e-6).all()
    assert len({round(value, 3) for value in (start - images).flatten().tolist()}) > 100  # a random start
    uphill = weight[1 - labels] - weight[labels]
    expected = (start + 0.125 * uphill.sign()).clamp(images - 0.1, images + 0.1)
    torch.testing.assert_close(attacked, expected)


@pytest.mark.parametrize("key", ATTACKING)
def test_the_attack_leaves_the_network_as_it_was_and_stays_in_its_ball(key: str) -> None:
    classifier = ready(OBJECTIVES[key])
    classifier.net.train()
    images, labels = separable(16)
    weights = {name: value.clone() for name, value in classifier.net.named_parameters()}
    objective = OBJECTIVES[key](eps=0.1)
    attacked = objective.attack(classifier, whole(images, labels))
    views = attacked.view(16, -1, 1, 6, 6)
    assert objective.reach == pytest.approx(0.3 if key == "n_fgsm" else 0.1)
    assert ((views - images[:, None]).abs() <= objective.reach + 1e-6).all()
    assert attacked.min() >= 0
    assert attacked.max() <= 1
    assert not attacked.requires_grad
    assert (views != images[:, None]).flatten(2).any(dim=2).all()
    for name, weight in classifier.net.named_parameters():
        assert torch.equal(weight, weights[name])
        assert weight.requires_grad
        assert weight.grad is None
    assert all(module.training for module in classifier.net.modules())


@pytest.mark.parametrize("key", ATTACKING)
def test_the_attack_does_not_depend_on_who_has_which_rows(key: str) -> None:
    objective = OBJECTIVES[key](eps=0.1)
    classifier = ready(objective, norm=False)
    batch = whole(*separable(16), seed=5)
    parts = [objective.attack(classifier, part) for part in batch.parts(6)]
    assert [len(part) for part in parts] == [5, 5, 6]
    torch.testing.assert_close(torch.cat(parts), objective.attack(classifier, batch))
    other = objective.attack(classifier, whole(*separable(16), seed=6))
    assert not torch.equal(other, torch.cat(parts))


def test_pgd_adversarial_attacks_as_the_attack_does_from_the_same_start() -> None:
    """core.attacks.pgd is checked against torchattacks elsewhere; without batch normalisation modes do not matter."""
    classifier = mnist_cnn.fresh(1)
    images = torch.rand(8, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    labels = torch.arange(8)
    batch = whole(images, labels, seed=3)
    found = PGDAdversarial(eps=0.1, step=0.02, steps=7).attack(classifier, batch)
    wanted = PGD(eps=0.1, step=0.02, steps=7)(classifier, images, labels, seed=stream(3, "start"))
    assert torch.equal(found, wanted)


def test_pgd_adversarial_attacks_in_training_mode_and_trades_in_evaluation_mode() -> None:
    classifier = small()
    classifier.net.train()
    modes: list[bool] = []
    batch = whole(*separable(8))
    for objective in (PGDAdversarial(steps=2), Trades(steps=2)):
        with CancelScope(watcher=lambda *_: modes.append(classifier.net.training)):
            objective(classifier, batch)
    assert modes == [True] * 3 + [False] * 3 + [True] * 2


def test_trades_loss_by_an_independent_formula() -> None:
    classifier = small(norm=False)
    images, labels = separable(12)
    batch = whole(images, labels)
    attacked = (images + 0.05 * torch.randn(images.shape, generator=torch.Generator().manual_seed(2))).clamp(0, 1)
    loss, parts = Trades(beta=3.0).loss(classifier, batch, attacked)
    clean, moved = classifier(images), classifier(attacked)  # as in the authors' code: sums over the batch size
    apart = kl_div(moved.log_softmax(dim=1), clean.softmax(dim=1), reduction="sum") / len(images)
    wanted = cross_entropy(clean, labels) + 3.0 * apart
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    assert parts["divergence"] == pytest.approx(apart.item(), rel=1e-4, abs=1e-7)  # a sum near 0
    weights = list(classifier.net.parameters())
    for one, other in zip(torch.autograd.grad(loss, weights), torch.autograd.grad(wanted, weights), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_trades_attack_is_the_authors_loop() -> None:
    """Written out: signs of the gradient of KL(p(x) | p(x')), clipped to the ball and to [0, 1]."""
    classifier = mnist_cnn.fresh(2)
    classifier.net.double()  # the divergence next to an image is too small for the sign of a float
    images = torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(5)).double()
    batch = whole(images, torch.arange(6), seed=4)
    found = Trades(eps=0.03, step=0.007, steps=6).attack(classifier, batch)
    noise = torch.randn(images.shape, generator=torch.Generator().manual_seed(stream(4, "start")))
    moved = (images + 0.001 * noise).clamp(0, 1)
    for _ in range(6):
        moved = moved.detach().requires_grad_(True)
        apart = kl_div(classifier(moved).log_softmax(1), classifier(images).softmax(1).detach(), reduction="sum")
        (gradient,) = torch.autograd.grad(apart, moved)
        moved = moved.detach() + 0.007 * gradient.sign()
        moved = torch.min(torch.max(moved, images - 0.03), images + 0.03).clamp(0, 1)
    torch.testing.assert_close(found, moved)
    assert (found - images).abs().max() > 0.029


def test_trades_asks_how_far_the_attacked_answer_lies_from_the_clean_one_and_not_the_reverse() -> None:
    """KL(p(x) | p(x')), written out in probabilities; the reverse is another number."""
    model = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    images, attacked = torch.tensor([[[[0.9, 0.1]]]]), torch.tensor([[[[0.2, 0.4]]]])
    labels = torch.tensor([0])
    clean, moved = (model(each).softmax(dim=1).double() for each in (images, attacked))
    there, back = ((a * (a / b).log()).sum(dim=1).mean().item() for a, b in ((clean, moved), (moved, clean)))
    _, parts = Trades().loss(model, whole(images, labels), attacked)
    assert abs(there - back) > 0.01 * there
    assert parts["divergence"] == pytest.approx(there, rel=1e-4)
