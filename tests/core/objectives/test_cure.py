"""CURE: its term in closed form and as the authors' code computes it, its pull on the weights, what it leaves alone."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from core.base.cancellation import CancelScope
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.cure import Cure, gradient_change
from tests.toys import separable, small, whole


def authors_regulariser(net: nn.Module, images: Tensor, targets: Tensor, h: float, weight: float) -> Tensor:
    """The operations of CURE/CURE.py of github:F-Salehi/CURE_robustness, commit daeef24, under PyTorch 1.0.

    There, grad_outputs of shape (B,) for a loss without dimensions are added up to its shape, which gives B.
    """
    ones = torch.ones(len(targets), dtype=images.dtype).sum()
    net.eval()
    inputs = images.clone().requires_grad_()
    (grad,) = torch.autograd.grad(nn.CrossEntropyLoss()(net(inputs), targets), inputs, grad_outputs=ones)
    z = torch.sign(grad).detach() + 0.0
    z = 1.0 * h * (z + 1e-7) / (z.reshape(z.size(0), -1).norm(dim=1)[:, None, None, None] + 1e-7)
    loss_pos = nn.CrossEntropyLoss()(net(inputs + z), targets)
    loss_orig = nn.CrossEntropyLoss()(net(inputs), targets)
    (change,) = torch.autograd.grad(loss_pos - loss_orig, inputs, grad_outputs=ones, create_graph=True)
    reg = change.reshape(change.size(0), -1).norm(dim=1)
    return torch.sum(weight * reg) / float(inputs.size(0))


def smooth(seed: int = 2) -> Classifier:
    """A network in float64 that curves everywhere, with running statistics that are not those of a batch."""
    classifier = small(seed)
    classifier.net[2] = nn.Softplus()
    classifier.net.double().train()(separable(64)[0].double() * 2)
    return classifier


@pytest.mark.parametrize("make", [smooth, lambda: small(2)], ids=["smooth", "relu"])
def test_the_loss_is_the_authors_with_the_same_pull_on_the_weights(make: type[Classifier]) -> None:
    classifier, twin = make(), make()  # each pass in training mode moves the running statistics
    images, labels = separable(12)
    images = images.double()
    classifier.net.double().train()
    loss, parts = Cure(h=0.7, weight=3.0).loss(classifier, whole(images, labels), None)
    right = cross_entropy(twin.net.double().train()(images), labels)
    wanted = right + authors_regulariser(twin.net, images, labels, 0.7, 3.0)
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-6)
    assert 3 * parts["curvature"] == pytest.approx((wanted - right).item(), rel=1e-5)
    found, pulls = (torch.autograd.grad(v, list(m.net.parameters())) for v, m in ((loss, classifier), (wanted, twin)))
    for one, other in zip(found, pulls, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("norm", ["length", "square"])
def test_in_closed_form(norm: str) -> None:
    """Logits (3 a - 4 b, 0): g = -(1 - p) (3, -4) for label 0, so that only p changes, and z = h (-1, 1) / sqrt 2."""
    model = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    image, h = torch.tensor([[[[0.5, 0.25]]]]), 0.3
    before, after = (1 / (1 + math.exp(-score)) for score in (0.5, 0.5 - 7 * h / math.sqrt(2)))
    change = 5 * (before - after)
    loss, parts = Cure(h=h, weight=2.0, norm=norm).loss(model, whole(image, torch.tensor([0])), None)
    wanted = change**2 if norm == "square" else change
    assert parts["curvature"] == pytest.approx(wanted, rel=1e-5)
    assert loss.item() == pytest.approx(-math.log(before) + 2 * wanted, rel=1e-5)


@pytest.mark.parametrize("norm", ["length", "square"])
def test_the_pull_on_the_weights_by_finite_differences(norm: str) -> None:
    classifier = smooth()
    classifier.net[1].momentum = 0.0  # the running statistics stay, whatever the weights are
    images, labels = separable(8)
    batch, objective = whole(images.double(), labels), Cure(h=0.5, weight=5.0, norm=norm)
    loss, _ = objective.loss(classifier, batch, None)
    weights = list(classifier.net.parameters())
    gradients = torch.autograd.grad(loss, weights)
    draws = torch.Generator().manual_seed(7)
    for weight, gradient in zip(weights, gradients, strict=True):
        direction = torch.randn(weight.shape, generator=draws, dtype=torch.float64)
        values = []
        for side in (1, -2, 1):  # there, to the other side, and back
            with torch.no_grad():
                weight.add_(direction, alpha=1e-5 * side)
            values.append(objective.loss(classifier, batch, None)[0].item())
        assert (gradient * direction).sum().item() == pytest.approx((values[0] - values[1]) / 2e-5, rel=1e-4, abs=1e-8)


def test_the_term_does_not_depend_on_how_many_images_there_are() -> None:
    classifier = smooth()
    images, labels = separable(12)
    each = [gradient_change(classifier, images[k : k + 1].double(), labels[k : k + 1], 0.5) for k in range(12)]
    torch.testing.assert_close(gradient_change(classifier, images.double(), labels, 0.5), torch.cat(each))


def test_it_leaves_modes_and_running_statistics_and_says_what_it_cost() -> None:
    classifier = small(2, dropout=0.5)
    images, labels = separable(32)
    classifier.net.train()(images)
    classifier.net[4].eval()  # one that someone put into evaluation mode stays there
    kept = [buffer.clone() for buffer in classifier.net.buffers()]
    with CancelScope() as scope:
        gradient_change(classifier, images, labels, 0.5).mean().backward()
    assert scope.evaluations == 32 * 6  # two gradients, and back through each for about two more
    assert all(torch.equal(old, new) for old, new in zip(kept, classifier.net.buffers(), strict=True))
    assert [module.training for module in classifier.net] == [True] * 4 + [False, True]


def test_without_weight_it_is_ordinary_training_at_its_price() -> None:
    classifier, batch = small(norm=False), whole(*separable(8))
    with CancelScope() as scope:
        loss, parts = Cure(weight=0.0)(classifier, batch)
    assert (loss.item(), parts) == (CrossEntropy()(classifier, batch)[0].item(), {"cross_entropy": loss.item()})
    assert scope.evaluations == 8


def test_an_image_without_any_gradient_is_no_trouble() -> None:
    model = linear([[[[400.0, 0.0]]], [[[0.0, 0.0]]]])
    found = gradient_change(model, torch.ones(1, 1, 1, 2), torch.tensor([0]), 0.1)
    found.sum().backward()
    assert found.tolist() == [0.0]
    assert all(weight.grad.isfinite().all() for weight in model.net.parameters())
