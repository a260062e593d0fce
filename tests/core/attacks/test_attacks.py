"""What every attack in the folder keeps to. A new attack is tested by being there: this file names none."""

import json
import math
import random
from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from core.base.cancellation import Cancelled, CancelScope
from core.base.params import from_spec, to_spec
from core.catalog import ATTACKS
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier

CLASSES = 10
SMALL = {  # by the name of a field: small enough for a test
    "steps": 12, "queries": 150, "search_steps": 4, "population": 60, "pixels": 4, "lr": 5.0, "classes": 4,
}  # fmt: skip
STRENGTH = {math.inf: 32 / 255, 2: 2.0, 1: 20.0}  # by norm: enough to change an answer of the planted network


def small(attack: type[Attack]) -> Attack:
    """The attack with few steps, and strong enough to succeed on the planted network."""
    values = SMALL | ({"eps": STRENGTH[attack.norm]} if attack.norm in STRENGTH else {})
    return attack(**{entry.name: values[entry.name] for entry in fields(attack) if entry.name in values})


@pytest.fixture(scope="module")
def planted() -> tuple[Classifier, Tensor, Tensor]:
    """A small network trained on ten faint patterns, with four images that it answers right."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.AvgPool2d(4), nn.Dropout(0.1),
            nn.Flatten(), nn.Linear(8 * 16, CLASSES),
        )  # fmt: skip
        patterns = 0.1 * torch.randn(CLASSES, 3, 16, 16)

        def draw(count: int) -> tuple[Tensor, Tensor]:
            labels = torch.arange(count) % CLASSES
            return (0.5 + patterns[labels] + 0.1 * torch.randn(count, 3, 16, 16)).clamp(0, 1), labels

        optimiser = torch.optim.Adam(net.parameters(), lr=5e-3)
        for _ in range(60):
            images, labels = draw(100)
            optimiser.zero_grad()
            cross_entropy(net((images - 0.5) / 0.25), labels).backward()
            optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        images, labels = draw(40)
    classifier = Classifier(net, tuple(map(str, range(CLASSES))), (3, 16, 16), (0.5,) * 3, (0.25,) * 3)
    right = classifier.probabilities(images).argmax(dim=1) == labels
    assert right.float().mean() > 0.9
    return classifier, images[right][:4], labels[right][:4]


def answers(classifier: Classifier, images: Tensor) -> Tensor:
    return classifier.probabilities(images).log()


def distance(change: Tensor, norm: float) -> Tensor:
    """(N,), worked out with numpy; for norm 0, how many pixels differ in any channel."""
    values = change.double().numpy()
    if norm == 0:
        return torch.tensor((np.abs(values) > 1e-7).any(axis=1).sum(axis=(1, 2)))
    return torch.tensor([np.linalg.norm(value.ravel(), ord=norm) for value in values])


def state(classifier: Classifier) -> list[object]:
    """All that an attack could leave its marks on, comparable."""
    net = classifier.net
    return [
        [module.training for module in net.modules()],
        [(weight.requires_grad, weight.grad is None) for weight in net.parameters()],
        [len(module._forward_hooks) + len(module._forward_pre_hooks) for module in net.modules()],
        [len(module._backward_hooks) + len(module._backward_pre_hooks) for module in net.modules()],
        {name: values.tolist() for name, values in net.state_dict().items()},
    ]


def generators() -> list[object]:
    kind, keys, *rest = np.random.get_state()
    return [torch.get_rng_state().tolist(), random.getstate(), kind, keys.tolist(), rest]


each = pytest.mark.parametrize("attack", [pytest.param(small(ATTACKS[key]), id=key) for key in ATTACKS])
Planted = tuple[Classifier, Tensor, Tensor]


@each
def test_stays_in_its_ball_and_raises_the_loss(attack: Attack, planted: Planted) -> None:
    classifier, images, labels = planted
    kept = images.clone()
    found = attack(classifier, images, labels)
    assert torch.equal(images, kept)
    assert found.shape == images.shape
    assert not found.requires_grad
    assert found.min() >= 0
    assert found.max() <= 1
    assert (distance(found - images, attack.norm) <= attack.bound + 1e-5).all()
    before, after = answers(classifier, images), answers(classifier, found)
    rows = torch.arange(len(labels))
    assert ((after[rows, labels] < before[rows, labels]) | (after.argmax(dim=1) != labels)).all()


@each
def test_leaves_network_and_generators_as_they_were(attack: Attack, planted: Planted) -> None:
    classifier, images, labels = planted
    classifier.net.train()
    marks, draws = state(classifier), generators()
    attack(classifier, images, labels)
    assert state(classifier) == marks
    assert generators() == draws

    def broken(_images: Tensor, _logits: Tensor) -> None:
        raise ZeroDivisionError

    with CancelScope(watcher=broken), pytest.raises(ZeroDivisionError):
        attack(classifier, images, labels)
    assert state(classifier) == marks
    assert generators() == draws
    assert classifier.lock.acquire(blocking=False)
    classifier.lock.release()


@each
def test_same_seed_same_result(attack: Attack, planted: Planted) -> None:
    classifier, images, labels = planted
    first = attack(classifier, images[:2], labels[:2], seed=5)
    torch.rand(3)
    np.random.rand(3)
    random.random()
    assert torch.equal(attack(classifier, images[:2], labels[:2], seed=5), first)


@each
def test_can_be_stopped_at_every_forward_pass(attack: Attack, planted: Planted) -> None:
    classifier, images, labels = planted
    with CancelScope() as whole:
        attack(classifier, images, labels)
    assert whole.queries >= len(images)
    marks = state(classifier)
    for after in sorted({0, min(2, whole.forwards - 1), whole.forwards // 2, whole.forwards - 1}):
        scope = CancelScope()
        scope.watcher = stop_after(scope, after)
        if after == 0:
            scope.stop()
        with scope, pytest.raises(Cancelled):
            attack(classifier, images, labels)
        assert scope.forwards == after
        assert state(classifier) == marks


def stop_after(scope: CancelScope, count: int) -> Callable[[Tensor, Tensor], None]:
    def watch(_images: Tensor, _logits: Tensor) -> None:
        if scope.forwards == count:
            scope.stop()

    return watch


@each
def test_spec_survives_json(attack: Attack, planted: Planted) -> None:
    assert from_spec(json.loads(json.dumps(to_spec(attack))), ATTACKS) == attack


@each
def test_aims_at_the_target(attack: Attack, planted: Planted) -> None:
    classifier, images, labels = planted
    targets = (labels + torch.tensor([1, 2, 3, 4])) % CLASSES
    if not attack.targetable:
        with pytest.raises(ValueError, match="cannot aim"):
            attack(classifier, images, labels, targets=targets)
        return
    found = attack(classifier, images, labels, targets=targets)
    before, after = answers(classifier, images), answers(classifier, found)
    rows = torch.arange(len(labels))
    assert (after[rows, targets] > before[rows, targets]).all()
    assert (distance(found - images, attack.norm) <= attack.bound + 1e-5).all()
    if attack.bound == math.inf:  # an unbounded attack must arrive
        assert (after.argmax(dim=1) == targets).all()


@each
def test_no_strength_no_change(attack: Attack, planted: Planted) -> None:
    classifier, images, labels = planted
    if "eps" in {entry.name for entry in fields(attack)}:
        assert torch.equal(replace(attack, eps=0.0)(classifier, images, labels), images)  # type: ignore[call-arg]
    else:
        assert attack.bound > 0


@pytest.mark.parametrize(
    "attack", [small(each) for each in ATTACKS.values() if each.one_pass], ids=lambda each: each.key
)
def test_one_computation_gives_what_each_strength_gives(attack: Attack, planted: Planted) -> None:
    classifier, images, labels = planted
    strengths = [4 / 255, 16 / 255, 32 / 255]
    with CancelScope() as scope:
        together = attack.at_strengths(classifier, images, labels, strengths, seed=3)
    once = scope.forwards
    with CancelScope() as scope:
        apart = [replace(attack, eps=eps)(classifier, images, labels, seed=3) for eps in strengths]  # type: ignore[call-arg]
    for first, second in zip(together, apart, strict=True):
        assert torch.equal(first, second)
    assert 3 * once <= scope.forwards


@each
def test_takes_one_image_and_one_step(attack: Attack, planted: Planted) -> None:
    classifier, images, labels = planted
    names = {entry.name for entry in fields(attack)} & {"steps", "queries", "search_steps"}
    least = replace(attack, **dict.fromkeys(names, 1))
    found = least(classifier, images[:1], labels[:1])
    assert found.shape == images[:1].shape
    assert torch.isfinite(found).all()


@each
def test_survives_an_image_answered_wrong_and_one_of_black_and_white(attack: Attack, planted: Planted) -> None:
    classifier, images, labels = planted
    mixed = torch.cat([images[:1], images[1:2].round(), images[2:3]])
    wrong = torch.tensor([int(labels[0]), int(labels[1]), int(labels[2] + 1) % CLASSES])
    found = attack(classifier, mixed, wrong)
    assert torch.isfinite(found).all()
    assert (distance(found - mixed, attack.norm) <= attack.bound + 1e-5).all()
    assert found[2].shape == mixed[2].shape
    assert classifier.probabilities(found).argmax(dim=1)[2] != wrong[2]


@each
def test_words_and_fields_are_complete(attack: Attack, planted: Planted) -> None:
    assert attack.title
    assert attack.cite
    assert attack.plain.endswith(".")
    assert attack.plain.count(". ") == 0
    for entry in fields(attack):
        assert entry.metadata["title"]
        assert entry.metadata["help"]
    if attack.norm == math.inf:
        eps = next(entry for entry in fields(attack) if entry.name == "eps")
        assert eps.metadata["unit"] == "/255"
    if "torchattacks" in type(attack).run.__code__.co_names + type(attack).run.__code__.co_varnames:
        assert attack.library.startswith("torchattacks ")
