"""Integrated Gradients against closed forms and against a plain sum over many points."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from core.classifiers import mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear
from core.explainers.integrated_gradients import IntegratedGradients
from core.occlusion.backgrounds import background


class Quadratic(nn.Module):
    """logit_k = x^T matrix_k x over the flattened image."""

    def __init__(self, matrix: Tensor) -> None:
        super().__init__()
        self.matrix = nn.Parameter(matrix)

    def forward(self, images: Tensor) -> Tensor:
        flat = images.flatten(1)
        return torch.einsum("ni,kij,nj->nk", flat, self.matrix, flat)


def drawn(classifier: Classifier, count: int = 2, seed: int = 0) -> Tensor:
    return torch.rand(count, *classifier.size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("baseline", ["black", "grey", "white", "blurred"])
def test_a_linear_model_gives_weight_times_difference(baseline: str) -> None:
    weight = torch.randn(3, 2, 6, 5, generator=torch.Generator().manual_seed(1))
    model = linear(weight.tolist())
    images, targets = drawn(model), torch.tensor([2, 0])
    found = IntegratedGradients(baseline=baseline, steps=7)(model, images, targets)
    bases = torch.cat([background(baseline, model, image[None], 0) for image in images])
    expected = (weight[targets] * (images - bases)).sum(dim=1)
    torch.testing.assert_close(found.values, expected, atol=1e-5, rtol=1e-4)
    assert found.gap is not None
    assert (found.gap < 1e-4).all()


def test_a_quadratic_model_gives_half_the_symmetric_product() -> None:
    matrix = torch.randn(2, 12, 12, generator=torch.Generator().manual_seed(2))
    model = replace(linear(torch.zeros(2, 1, 3, 4).tolist()), net=Quadratic(matrix))
    images, targets = drawn(model), torch.tensor([1, 0])
    found = IntegratedGradients(steps=4)(model, images, targets)
    flat = images.flatten(1)
    symmetric = (matrix + matrix.transpose(1, 2))[targets]
    expected = flat * torch.einsum("nij,nj->ni", symmetric, flat) / 2
    torch.testing.assert_close(found.values.flatten(1), expected, atol=1e-5, rtol=1e-4)
    assert found.gap is not None
    assert (found.gap < 1e-4).all()


def test_a_small_network_gives_the_mean_of_many_gradients() -> None:
    model = mnist_cnn.fresh(3)
    images, targets = drawn(model), torch.tensor([4, 9])
    found = IntegratedGradients(baseline="grey", steps=300)(model, images, targets)
    for place in range(2):
        points = ((torch.arange(2000) + 0.5) / 2000).view(-1, 1, 1, 1)
        path = (0.5 + points * (images[place : place + 1] - 0.5)).requires_grad_()
        with model.frozen():
            (gradient,) = torch.autograd.grad(model(path)[:, targets[place]].sum(), path)
        expected = ((images[place] - 0.5) * gradient.mean(dim=0)).sum(dim=0)
        assert (found.values[place] - expected).abs().max() < 0.02 * expected.abs().max()


def test_more_steps_leave_less_and_the_batch_changes_nothing() -> None:
    model = mnist_cnn.fresh(3)
    images, targets = drawn(model), torch.tensor([4, 9])
    few, many = (IntegratedGradients(steps=steps)(model, images, targets) for steps in (4, 300))
    assert few.gap is not None
    assert many.gap is not None
    assert (many.gap < few.gap).all()
    assert (many.gap < 0.01).all()
    first, second = (IntegratedGradients(batch=batch)(model, images, targets).values for batch in (7, 50))
    torch.testing.assert_close(first, second, atol=1e-6, rtol=1e-4)


def test_the_gap_is_what_the_values_leave_over() -> None:
    model = mnist_cnn.fresh(3)
    images, targets = drawn(model, 1), torch.tensor([4])
    found = IntegratedGradients(steps=4)(model, images, targets)
    with model.frozen(), torch.no_grad():
        wanted = (model(images) - model(torch.zeros_like(images)))[0, 4]
    assert found.gap is not None
    assert found.gap.item() == pytest.approx(abs(1 - found.values.sum().item() / wanted.item()), rel=1e-3)


def test_works_where_gradients_are_off_and_for_an_image_equal_to_its_baseline() -> None:
    model = mnist_cnn.fresh(0)
    with torch.no_grad():
        found = IntegratedGradients(steps=4)(model, torch.zeros(1, 1, 28, 28), torch.tensor([0]))
    assert found.gap is not None
    assert found.values.abs().max() == found.gap.item() == 0


def test_the_blurred_baseline_is_the_references() -> None:
    model = mnist_cnn.fresh(0)
    images, other = drawn(model, 1), drawn(model, 1, seed=5)
    method, target = IntegratedGradients(baseline="blurred", steps=20), torch.tensor([1])
    assert torch.equal(method(model, images, target).values, method(model, images, target, reference=images).values)
    assert not torch.equal(method(model, images, target).values, method(model, images, target, reference=other).values)
