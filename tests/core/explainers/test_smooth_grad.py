"""SmoothGrad against captum on the same noise and against a mean in closed form."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from core.base.cancellation import CancelScope
from core.classifiers import mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear
from core.explainers.smooth_grad import SmoothGrad


class Cubic(nn.Module):
    """logits (x1^3 + 2 x2, 0) of pictures of two pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(2.0))

    def forward(self, images: Tensor) -> Tensor:
        one, two = images[:, 0, 0].unbind(dim=1)
        return torch.stack([one**3 + self.weight * two, torch.zeros_like(one)], dim=1)


def cubic() -> Classifier:
    return replace(linear([[[[0.0, 0.0]]], [[[0.0, 0.0]]]]), net=Cubic())


def drawn(classifier: Classifier, count: int = 2) -> Tensor:
    return torch.rand(count, *classifier.size, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("noise", [0.05, 0.4])
def test_is_captums_noise_tunnel_on_the_same_noise(noise: float) -> None:
    from captum.attr import NoiseTunnel, Saliency

    model, samples = mnist_cnn.fresh(3), 30
    images, targets = 0.2 + 0.5 * drawn(model), torch.tensor([4, 9])
    found = SmoothGrad(samples, noise)(model, images, targets, seed=7).values
    for place, target in enumerate(targets.tolist()):
        image = images[place : place + 1]
        with model.frozen(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(7)
            wanted = NoiseTunnel(Saliency(model)).attribute(
                image, nt_type="smoothgrad", nt_samples=samples, target=target, abs=False,
                stdevs=noise * float(image.max() - image.min()),
            )  # fmt: skip
        torch.testing.assert_close(found[place], wanted[0].sum(dim=0), atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize("noise", [0.2, 0.5])
def test_the_mean_of_a_cubic_is_raised_by_the_noises_variance(noise: float) -> None:
    """E 3 (x + s e)^2 = 3 (x^2 + s^2); s is a share of the picture's range, here 0.8 - 0.4."""
    image, target = torch.tensor([[[[0.4, 0.8]]]]), torch.tensor([0])
    wanted = 3 * (0.4**2 + (noise * 0.4) ** 2)
    slope = SmoothGrad(2000, noise)(cubic(), image, target).values.flatten().tolist()
    assert slope == pytest.approx([wanted, 2], abs=6 * noise * 0.4 * 0.4 * 4 / 2000**0.5)
    times = SmoothGrad(2000, noise, times_picture=True)(cubic(), image, target).values.flatten().tolist()
    assert times == pytest.approx([0.4 * slope[0], 0.8 * slope[1]])


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_a_linear_model_gives_its_weights(noise: float) -> None:
    weight = torch.randn(3, 2, 6, 5, generator=torch.Generator().manual_seed(1))
    model = linear(weight.tolist())
    targets = torch.tensor([2, 0])
    found = SmoothGrad(9, noise)(model, drawn(model), targets).values
    torch.testing.assert_close(found, weight[targets].sum(dim=1))
    times = SmoothGrad(9, noise, times_picture=True)(model, drawn(model), targets).values
    torch.testing.assert_close(times, (weight[targets] * drawn(model)).sum(dim=1))


def test_without_noise_it_is_one_gradient_and_draws_nothing() -> None:
    model = mnist_cnn.fresh(3)
    image = drawn(model, 1)
    with CancelScope() as scope:
        SmoothGrad(50)(model, image, torch.tensor([4]))
        assert scope.queries == 50
        plain = SmoothGrad(50, noise=0.0)(model, image, torch.tensor([4])).values
        assert scope.queries == 51
    points = image.requires_grad_(True)
    with model.frozen():
        (wanted,) = torch.autograd.grad(model(points)[0, 4], points)
    torch.testing.assert_close(plain, wanted[:, 0])
    assert not SmoothGrad(noise=0.0).random


def test_how_many_copies_go_through_at_once_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model = mnist_cnn.fresh(3)
    image, target, method = drawn(model, 1), torch.tensor([4]), SmoothGrad(20)
    whole = method(model, image, target).values
    monkeypatch.setattr("core.explainers._noisy_gradients.batch_size", lambda _: 7)
    torch.testing.assert_close(method(model, image, target).values, whole, atol=1e-6, rtol=1e-4)


def test_works_where_gradients_are_off_and_on_a_plain_picture() -> None:
    model = mnist_cnn.fresh(0)
    with torch.no_grad():
        assert SmoothGrad(5)(model, torch.zeros(1, 1, 28, 28), torch.tensor([0])).values.abs().sum() > 0
