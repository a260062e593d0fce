"""SHAP by gradients and by regions, against the same draws summed by hand and against all orders counted."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.base.cancellation import CancelScope
from core.classifiers import cifar10_resnet20, mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear
from core.explainers.shap_gradient import ShapGradient
from core.explainers.shap_partition import RegionMasker, ShapPartition
from core.occlusion.backgrounds import SHADES, background


def drawn(classifier: Classifier, count: int = 2, seed: int = 0) -> Tensor:
    return torch.rand(count, *classifier.size, generator=torch.Generator().manual_seed(seed))


def plain(classifier: Classifier) -> Classifier:
    """The classifier without its gallery, so that nothing depends on what ships."""
    return replace(classifier, samples="")


def test_gradients_are_the_same_draws_summed_by_hand() -> None:
    model, seed, samples = plain(mnist_cnn.fresh(2)), 11, 40
    images, targets = drawn(model), torch.tensor([7, 1])
    found = ShapGradient(samples=samples)(model, images, targets, seed=seed)
    others = background("shades", model, images[:1], seed)
    draws = np.random.RandomState(seed)
    chosen, places = zip(*[(draws.choice(len(others)), draws.uniform()) for _ in range(samples)], strict=True)
    base, along = others[list(chosen)], torch.tensor(places).view(-1, 1, 1, 1).float()
    for place in range(2):
        points = (along * images[place] + (1 - along) * base).requires_grad_()
        with model.frozen():
            (gradient,) = torch.autograd.grad(model(points)[:, targets[place]].sum(), points)
        expected = (gradient * (images[place] - base)).mean(dim=0).sum(dim=0)
        torch.testing.assert_close(found.values[place], expected, atol=1e-6, rtol=1e-4)


def test_gradients_tend_to_the_score_they_share_out() -> None:
    model = plain(mnist_cnn.fresh(2))
    images, targets = drawn(model), torch.tensor([7, 1])
    found = ShapGradient(samples=1000)(model, images, targets)
    with model.frozen(), torch.no_grad():
        wanted = (model(images) - model(background("auto", model, images[:1], 0)).mean(dim=0))[[0, 1], targets]
    torch.testing.assert_close(found.values.sum(dim=(1, 2)), wanted, atol=0.01, rtol=0.1)
    left = (found.values.sum(dim=(1, 2)) - wanted).abs() / wanted.abs()
    torch.testing.assert_close(found.facts["sampling gap"], left, atol=1e-4, rtol=1e-3)


def test_gradients_ask_for_one_class_only_and_leave_gradients_alone() -> None:
    model = plain(mnist_cnn.fresh(0))
    kept = torch.ones_like(next(model.net.parameters()))
    next(model.net.parameters()).grad = kept
    state = np.random.get_state()[1].copy()  # type: ignore[union-attr]
    with CancelScope() as scope:
        ShapGradient(samples=60)(model, drawn(model, 1), torch.tensor([0]))
    assert scope.queries == 60 + SHADES + 1
    assert next(model.net.parameters()).grad is kept
    assert (np.random.get_state()[1] == state).all()


def test_regions_are_halves_down_to_every_cell() -> None:
    for size in ((1, 4, 4), (3, 5, 7), (3, 100, 41), (1, 1, 1)):
        regions = RegionMasker(np.zeros(size))
        count = regions.shape[1]
        assert set(regions.cells.ravel()) == set(range(count))
        held = [{cell} for cell in range(count)]
        for one, other, _, total in regions.clustering.astype(int):
            assert not held[one] & held[other]
            held.append(held[one] | held[other])
            assert len(held[-1]) == total
        assert held[-1] == set(range(count))


def test_partition_gives_owen_values_counted_over_all_orders() -> None:
    """Four pixels in two columns: the mean over the orders in which no column is interrupted by the other."""
    weight = torch.tensor([3.0, -2.0, 1.0, 2.0])

    class Bent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(weight)

        def forward(self, images: Tensor) -> Tensor:
            flat = images.flatten(1)
            score = (flat @ self.weight) ** 2 + flat[:, 0] * flat[:, 3]
            return torch.stack([score, -score], dim=1)

    model = Classifier(Bent(), ("a", "b"), (1, 2, 2))
    image = torch.tensor([0.9, 0.4, 0.7, 0.2])
    found = ShapPartition(fill="black", evaluations=200)(model, image.view(1, 1, 2, 2), torch.tensor([0]))

    def worth(shown: tuple[int, ...]) -> float:
        part = torch.tensor([image[pixel].item() if pixel in shown else 0.0 for pixel in range(4)])
        return float((part @ weight) ** 2 + part[0] * part[3])

    bf16_is_fast = [
        {row for row in pair if row < 4} for pair in RegionMasker(np.zeros((1, 2, 2))).clustering[:2, :2].astype(int)
    ]
    orders = [each for each in permutations(range(4)) if set(each[:2]) in bf16_is_fast]
    expected = [
        np.mean([worth(each[: each.index(pixel) + 1]) - worth(each[: each.index(pixel)]) for each in orders])
        for pixel in range(4)
    ]
    np.testing.assert_allclose(found.values.numpy().ravel(), expected, atol=1e-5)
    assert len(orders) == 8
    assert found.gap is not None
    assert found.gap.item() < 1e-6


def test_partition_spends_what_it_may_and_adds_up_whatever_that_is() -> None:
    model = plain(cifar10_resnet20.fresh(0))
    images, targets = drawn(model, 1), torch.tensor([3])
    for allowed in (20, 200):
        with CancelScope() as scope, torch.no_grad():
            found = ShapPartition(fill="black", evaluations=allowed)(model, images, targets, seed=allowed)
        assert scope.queries <= allowed + 4
        assert found.gap is not None
        assert found.gap.item() < 1e-3


def test_partition_spreads_a_coarse_cell_over_its_pixels() -> None:
    """On a linear model of 64 x 96 pixels a cell of 2 x 3 holds the sum of weight times difference."""
    weight = torch.zeros(1, 1, 64, 96)
    weight[0, 0, 10, 31] = 2.0
    model = linear(torch.cat([weight, -weight]).tolist())
    found = ShapPartition(fill="black", evaluations=3000)(model, torch.ones(1, 1, 64, 96), torch.tensor([0])).values[0]
    assert found[10:12, 30:33].flatten().tolist() == pytest.approx([2.0 / 6] * 6, abs=1e-5)
    assert found.abs().sum().item() == pytest.approx(2.0, abs=1e-4)


def test_gradients_sum_over_the_channels() -> None:
    """On a linear model of two channels against black: weight times value, summed, whatever is drawn."""
    model = linear([[[[1.0, 2.0]], [[3.0, -4.0]]], [[[0.0, 0.0]], [[0.0, 0.0]]]])
    image = torch.tensor([[[[0.5, 0.25]], [[1.0, 0.5]]]])
    found = ShapGradient(background="black", samples=20)(model, image, torch.tensor([0])).values
    torch.testing.assert_close(found, torch.tensor([[[0.5 + 3.0, 0.5 - 2.0]]]), atol=1e-4, rtol=1e-4)
