"""MART: its loss as the authors' code computes it, its attack as their loop, its parts by hand."""

import math

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, kl_div, nll_loss

from core.base.cancellation import CancelScope
from core.classifiers import mnist_cnn
from core.contracts.batch import stream
from core.contracts.toy_models import linear
from core.objectives.mart import Mart, boosted_cross_entropy
from tests.toys import draw, separable, small, whole


def authors_loss(logits: Tensor, logits_adv: Tensor, y: Tensor, beta: float) -> Tensor:
    """The operations of mart.py of github:YisenWang/MART, commit 2d83e17."""
    adv_probs = logits_adv.softmax(dim=1)
    order = torch.argsort(adv_probs, dim=1)[:, -2:]
    new_y = torch.where(order[:, -1] == y, order[:, -2], order[:, -1])
    loss_adv = cross_entropy(logits_adv, y) + nll_loss(torch.log(1.0001 - adv_probs + 1e-12), new_y)
    nat_probs = logits.softmax(dim=1)
    true_probs = torch.gather(nat_probs, 1, y.unsqueeze(1)).squeeze()
    each = kl_div(torch.log(adv_probs + 1e-12), nat_probs, reduction="none").sum(dim=1)
    return loss_adv + beta * (1.0 / len(y)) * torch.sum(each * (1.0000001 - true_probs))


def test_the_loss_is_the_authors_with_gradients_through_all_of_it() -> None:
    classifier = mnist_cnn.fresh(1)  # of ten classes: the best wrong one is not the only one
    classifier.net.double()
    classifier.net.head[-1].weight.data *= 40  # answers that differ, some of them wrong
    images, labels = draw(24, 1, 28, 28).double(), torch.arange(24) % 10
    attacked = (images + 0.2 * (draw(24, 1, 28, 28, seed=1) - 0.5)).clamp(0, 1)
    loss, parts = Mart(beta=3.0).loss(classifier, whole(images, labels), attacked)
    wanted = authors_loss(classifier(images), classifier(attacked), labels, beta=3.0)
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-6)
    assert parts["adversarial"] + 3 * parts["divergence"] == pytest.approx(wanted.item(), rel=1e-6)
    assert parts["divergence"] > 0.01
    weights = list(classifier.net.parameters())
    for one, other in zip(torch.autograd.grad(loss, weights), torch.autograd.grad(wanted, weights), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-7)


def test_the_attack_is_the_authors_loop() -> None:
    """Written out: signs of the gradient of the mean cross-entropy, clipped to the ball and to [0, 1]."""
    classifier = mnist_cnn.fresh(2)
    classifier.net.double()
    images, labels = draw(6, 1, 28, 28).double(), torch.arange(6)
    found = Mart(eps=0.03, step=0.007, steps=6).attack(classifier, whole(images, labels, seed=4))
    noise = torch.randn(images.shape, generator=torch.Generator().manual_seed(stream(4, "start")))
    moved = (images + 0.001 * noise).clamp(0, 1)
    for _ in range(6):
        moved = moved.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(cross_entropy(classifier(moved), labels), moved)
        moved = moved.detach() + 0.007 * gradient.sign()
        moved = torch.min(torch.max(moved, images - 0.03), images + 0.03).clamp(0, 1)
    torch.testing.assert_close(found, moved)
    assert (found - images).abs().max() > 0.029


def test_it_attacks_in_evaluation_mode_and_learns_in_training_mode() -> None:
    classifier, modes = small(), []
    classifier.net.train()
    batch = whole(*separable(8))
    with CancelScope(watcher=lambda *_: modes.append(classifier.net.training)) as scope:
        Mart(steps=3)(classifier, batch)
    assert modes == [False] * 3 + [True] * 2
    assert scope.evaluations == 8 * 5


def test_by_hand() -> None:
    """Logits (x, 0): p_0 = sigmoid(x). At ln 4 it is 0.8; attacked, at 0, 0.5."""
    model = linear([[[[1.0]]], [[[0.0]]]])
    image, attacked = torch.full((1, 1, 1, 1), math.log(4)), torch.zeros(1, 1, 1, 1)
    apart = 0.8 * math.log(0.8 / 0.5) + 0.2 * math.log(0.2 / 0.5)
    for label, unsure in ((0, 0.2), (1, 0.8)):
        loss, parts = Mart(beta=2.0).loss(model, whole(image, torch.tensor([label])), attacked)
        right = math.log(2) - math.log(1.0001 - 0.5)
        assert parts == pytest.approx({"adversarial": right, "divergence": apart * unsure}, rel=1e-5)
        assert loss.item() == pytest.approx(right + 2 * apart * unsure, rel=1e-5)


def test_an_answer_that_is_surely_wrong_costs_no_more_than_a_finite_loss() -> None:
    log_p = torch.tensor([[0.0, -200.0], [-200.0, 0.0]]).log_softmax(dim=1)
    found = boosted_cross_entropy(log_p, torch.tensor([0, 0]))
    assert found.tolist() == pytest.approx([-math.log(1.0001), 200 - math.log(0.0001)], abs=2e-3)
