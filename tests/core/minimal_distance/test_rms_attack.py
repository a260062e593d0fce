"""The smallest RMS change against closed forms and against looking at the whole plane; what it does where it fails."""

import math

import pytest
import torch
from torch import nn

from core.base.cancellation import Cancelled, CancelScope
from core.contracts.classifier import Classifier
from core.contracts.finite import NotFinite
from core.contracts.toy_models import linear
from core.minimal_distance.rms_attack import Aim, smallest_rms, succeeded
from tests.core.minimal_distance.networks import closed_form_distances, images_of, linear_network, plane, two_pixels


@pytest.mark.parametrize("scale", [1.0, 1000.0], ids=["", "so sure that the cross-entropy's gradient is 0"])
def test_a_linear_network_is_crossed_at_its_closed_form(scale: float) -> None:
    """|z_y - z_j| / |w_y - w_j| / sqrt(d); among ten classes the gradient mixes the ways to several of them."""
    for classes, loss, most in ((2, 1e-4, 1.005), (10, 6e-4, 1.5)):  # 1.39 or 1.41, by processor
        classifier = linear_network(classes, scale)
        images, labels = images_of(classifier)
        expected = closed_form_distances(classifier, images, labels, 2) / math.sqrt(images[0].numel())
        found = smallest_rms(classifier, images, labels)
        assert expected[0] == found.distance[0] == found.first[0] == 0
        assert (found.distance >= expected * (1 - 1e-3)).all(), "nothing is nearer than the nearest"
        assert (found.distance - expected).max() < loss
        assert (found.distance[1:] / expected[1:]).max() < most
        assert not found.late(450).any()


@pytest.mark.parametrize("aim", ["attack", "btr"])
def test_finds_what_a_look_at_the_whole_plane_finds(aim: Aim) -> None:
    classifier = two_pixels()
    images = torch.rand(24, 1, 1, 2, generator=torch.Generator().manual_seed(0))
    labels = classifier.probabilities(images).argmax(dim=1)
    grid = plane()
    with torch.no_grad():
        logits = classifier(grid)
    found = smallest_rms(classifier, images, labels, aim)
    ratios = []
    for image, label, distance in zip(images, labels, found.distance, strict=True):
        there = grid[succeeded(logits, label.expand(len(grid)), aim)]
        nearest = float((there - image).flatten(1).square().mean(dim=1).sqrt().min())
        assert distance > nearest - 2 / 400, "closer than the grid's cells allow"
        ratios.append(float(distance) / nearest)
    assert sum(ratio < 1.05 for ratio in ratios) >= 22, "a first-order search may miss a nearer border now and then"


def test_what_is_returned_is_what_was_measured() -> None:
    classifier = two_pixels()
    images = torch.rand(8, 1, 1, 2, generator=torch.Generator().manual_seed(0))
    labels = classifier.probabilities(images).argmax(dim=1)
    for aim in ("attack", "btr"):
        found = smallest_rms(classifier, images, labels, aim, steps=60)  # type: ignore[arg-type]
        with torch.no_grad():
            assert succeeded(classifier(images + found.change), labels, aim).all()  # type: ignore[arg-type]
        torch.testing.assert_close(found.change.flatten(1).square().mean(dim=1).sqrt(), found.distance)
    attack, btr = (smallest_rms(classifier, images, labels, aim).distance for aim in ("attack", "btr"))  # type: ignore[arg-type]
    assert (btr >= attack - 1e-4).all(), "with another answer p_y is at most 1/2, and here not yet 1/3"


def test_the_point_reached_by_the_last_step_counts_and_is_late() -> None:
    """One step of length eps (1 - 0.9): 20 (1 / 450) 0.1 = 0.0044, of which 0.004 is enough and 0.005 is not."""
    model = linear([[[[1.0, 1.0]]], [[[0.0, 0.0]]]])
    image = torch.zeros(1, 1, 1, 2)
    for start, succeeds in ((0.004, True), (0.005, False)):
        with CancelScope() as scope:
            found = smallest_rms(model, image + start, torch.tensor([0]), steps=1)
        assert scope.forwards == 3
        assert found.first.item() == (1 if succeeds else -1)
        assert found.distance.item() == (pytest.approx(0.1 * 20 / 450, rel=1e-3) if succeeds else math.inf)
        assert found.late(1).item()


def test_where_there_is_no_gradient_nothing_is_found() -> None:
    model = linear([[[[0.0, 0.0]]], [[[0.0, 0.0]]]])
    found = smallest_rms(model, torch.full((2, 1, 1, 2), 0.5), torch.tensor([0, 1]), steps=5)
    assert found.distance.tolist() == [math.inf, 0.0]
    assert found.first.tolist() == [-1, 0]
    assert found.change.abs().max() == 0
    assert found.late(5).tolist() == [True, False]


def test_leaves_the_network_as_it_was_and_can_be_stopped() -> None:
    net = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(2), nn.Linear(2, 2)).train()
    classifier, images = Classifier(net, ("a", "b"), (1, 1, 2)), torch.rand(4, 1, 1, 2)
    labels = classifier.probabilities(images).argmax(dim=1)
    before = {name: value.clone() for name, value in net.state_dict().items()}

    def stop(*_: torch.Tensor) -> None:
        if scope.forwards == 4:
            scope.stop()

    with CancelScope() as scope, pytest.raises(Cancelled):
        scope.watcher = stop
        smallest_rms(classifier, images, labels)
    assert scope.forwards == 4
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert all(weight.grad is None and weight.requires_grad for weight in net.parameters())
    assert all(module.training for module in net.modules())


def test_an_answer_that_is_no_number_is_an_error() -> None:
    model = linear([[[[math.nan, 1.0]]], [[[0.0, 0.0]]]])
    with pytest.raises(NotFinite):
        smallest_rms(model, torch.rand(1, 1, 1, 2), torch.tensor([0]))
    with pytest.raises(ValueError, match="at least one step"):
        smallest_rms(linear([[[[0.0]]], [[[1.0]]]]), torch.rand(1, 1, 1, 1), torch.tensor([0]), steps=0)
