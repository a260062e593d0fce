"""Every training objective: the loss falls, its parts are finite, the network stays in training mode."""

import json

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from core.catalog import OBJECTIVES
from core.classifier import Classifier
from core.contracts import Images
from core.meter import Meter
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.fast_adversarial import FastAdversarial
from core.params import from_spec, to_spec
from core.planted import linear
from core.refine import Schedule, refine

KEYS = sorted(OBJECTIVES)


def small(seed: int = 0) -> Classifier:
    """An untrained two-class network over 1 x 6 x 6 images, with batch normalisation."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))
    return Classifier(net, ("left", "right"), (1, 6, 6), key="small", cam_layer="2")


def separable(count: int = 256) -> tuple[Tensor, Tensor]:
    """Images bright on the left (0) or on the right (1), by a wide margin."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 2, (count,), generator=generator)
    images = torch.rand(count, 1, 6, 6, generator=generator) * 0.2
    for side in (0, 1):
        images[labels == side, :, :, 3 * side : 3 * side + 3] += 0.7
    return images, labels


@pytest.mark.parametrize("key", KEYS)
def test_loss_falls_parts_finite_training_mode_afterwards(key: str) -> None:
    classifier = small()
    images, labels = separable()
    data = Images((images * 255).round().to(torch.uint8), labels, classifier.labels)
    schedule = Schedule(epochs=6, batch=32, lr=0.1, crop=0, flip=False, bf16=False)
    with torch.random.fork_rng(devices=[]):
        steps = list(refine(classifier, OBJECTIVES[key](), data, schedule))
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
    classifier = small()
    classifier.net.train()
    images, labels = separable(16)
    kept = images.clone()
    with torch.random.fork_rng(devices=[]):
        loss, _ = OBJECTIVES[key]()(classifier, images, labels)
    loss.backward()
    assert loss.shape == ()
    assert all(weight.grad is not None for weight in classifier.net.parameters())
    assert torch.equal(images, kept)
    assert images.grad is None


@pytest.mark.parametrize("key", KEYS)
def test_spec_survives_json(key: str) -> None:
    objective = OBJECTIVES[key]()
    assert from_spec(json.loads(json.dumps(to_spec(objective))), OBJECTIVES) == objective


def test_fast_adversarial_at_no_strength_is_cross_entropy() -> None:
    images, labels = separable(32)
    first, second = small(), small()
    first.net.train()
    second.net.train()
    loss, parts = FastAdversarial(eps=0.0)(first, images, labels)
    plain, plain_parts = CrossEntropy()(second, images, labels)
    assert loss.item() == plain.item() == parts["adversarial"] == plain_parts["cross_entropy"]
    loss.backward()
    plain.backward()
    for one, other in zip(first.net.parameters(), second.net.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)


def test_cross_entropy_by_hand() -> None:
    model = linear([[[[1.0]]], [[[0.0]]]])  # logits (x, 0): -log p_0 = log(1 + exp(-x))
    images, labels = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1), torch.tensor([0, 0])
    loss, _ = CrossEntropy()(model, images, labels)
    assert loss.item() == pytest.approx((0.693147 + 0.313262) / 2, abs=1e-5)


def test_the_inner_step_of_fast_adversarial_goes_up() -> None:
    """On a linear model every pixel with a weight moves against its label, by the step, inside the ball."""
    weight = torch.randn(2, 1, 4, 4, generator=torch.Generator().manual_seed(1))
    model = linear(weight.tolist())
    images = torch.rand(20, 1, 4, 4, generator=torch.Generator().manual_seed(2)) * 0.6 + 0.2
    labels = torch.arange(20) % 2
    seen: list[Tensor] = []
    with torch.random.fork_rng(devices=[]), Meter(watcher=lambda batch, _: seen.append(batch.clone())):
        torch.manual_seed(0)
        loss, _ = FastAdversarial(eps=0.1)(model, images, labels)
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
