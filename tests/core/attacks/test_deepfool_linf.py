"""DeepFool in L-infinity against foolbox and the closed form of linear networks; many strengths from one walk."""

import math

import pytest
import torch

from core.attacks.deepfool_linf import DeepFoolLinf
from core.base.cancellation import CancelScope
from core.contracts.ascend import project
from core.contracts.classifier import Classifier
from core.contracts.toy_models import Linear
from tests.core.attacks.networks import answers, batch, network


@pytest.mark.parametrize("contrast", [1.0, 0.4], ids=["clipped at black and white", "nothing clipped"])
def test_agrees_with_foolbox(contrast: float) -> None:
    foolbox = pytest.importorskip("foolbox")
    classifier = network(seed=2)
    images = batch(classifier)[0] * contrast + (1 - contrast) / 2
    labels = answers(classifier, images)
    model = foolbox.PyTorchModel(classifier.module().eval(), bounds=(0, 1), device="cpu")
    theirs = foolbox.attacks.LinfDeepFoolAttack(steps=50, candidates=10, overshoot=0.02, loss="logits")
    strengths = [0.0, 0.001, 0.004, 0.02, 1.0]
    _, expected, fooled = theirs(model, images, labels, epsilons=strengths)
    found = DeepFoolLinf().run_strengths(classifier, images, labels, strengths)
    for mine, other, wrong in zip(found, expected, fooled, strict=True):
        assert (mine - other).abs().max() <= 1e-6
        assert torch.equal(answers(classifier, mine) != labels, wrong)
    assert fooled[0].sum() == 0
    assert 0 < fooled[1:-1].sum() < 3 * len(images)
    assert fooled[-1].all()


def test_a_linear_network_is_crossed_at_its_closed_form() -> None:
    """The nearest of nine boundaries lies min_k (z_y - z_k) / |w_y - w_k|_1 away; one step and its nudge go there."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(10, 3, 8, 8, generator=generator) * torch.rand(10, 1, 1, 1, generator=generator)
    classifier = Classifier(Linear(weight), tuple(map(str, range(10))), (3, 8, 8))
    images = 0.3 + 0.4 * torch.rand(20, 3, 8, 8, generator=generator)
    logits = classifier(images).detach()
    labels = logits.argmax(dim=1)
    slopes = (weight[labels][:, None] - weight[None]).flatten(2).abs().sum(dim=2)
    away = (logits.gather(1, labels[:, None]) - logits) / slopes
    nearest = torch.where(slopes == 0, torch.inf, away).min(dim=1).values
    (found,) = DeepFoolLinf(overshoot=0.0).run_strengths(classifier, images, labels, [1.0])
    assert (answers(classifier, found) != labels).all()
    torch.testing.assert_close((found - images).flatten(1).abs().amax(dim=1), nearest + 1e-4, rtol=1e-4, atol=1e-6)


def test_many_strengths_are_one_walk_each_as_if_asked_for_alone() -> None:
    classifier = network(seed=2)
    images, labels, _ = batch(classifier)
    strengths = [0.0, 0.002, 8 / 255, 64 / 255]
    with CancelScope() as scope:
        found = DeepFoolLinf().run_strengths(classifier, images, labels, strengths, seed=1)
    with CancelScope() as once:
        DeepFoolLinf()(classifier, images, labels)
    assert scope.forwards == once.forwards
    for eps, mine in zip(strengths, found, strict=True):
        assert torch.equal(mine, DeepFoolLinf(eps=eps)(classifier, images, labels))
        assert torch.equal(mine, project(found[-1], images, eps, math.inf))
        assert (mine - images).abs().max() <= eps + 1e-6
    assert DeepFoolLinf().run_strengths(classifier, images, labels, []) == []
