"""WassersteinGrad against its formula in loops, a picture whose gradients are displaced, and the smooth mean."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from core.base.cancellation import CancelScope
from core.classifiers import mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear
from core.explainers._wasserstein_barycentre import barycentre
from core.explainers.smooth_grad import SmoothGrad
from core.explainers.wasserstein_grad import WassersteinGrad

SIZE = 32


class Displaced(nn.Module):
    """logits (s, 0): the gradient of s is a spot, in the column that the mean of the upper half of the picture says."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(1.0))

    def forward(self, images: Tensor) -> Tensor:
        rows, columns = torch.arange(SIZE)[:, None], torch.arange(SIZE)
        place = 16 + 160 * (images[:, :, : SIZE // 2].detach().mean(dim=(1, 2, 3)) - 0.5).view(-1, 1, 1)
        spot = (-((columns - place) ** 2 + (rows - 24) ** 2) / 8).exp()
        score = self.weight * (images[:, 0] * spot).sum(dim=(1, 2))
        return torch.stack([score, torch.zeros_like(score)], dim=1)


def width(values: Tensor) -> float:
    """The standard deviation of a map's mass along its columns."""
    mass = values.sum(dim=0).double() / values.sum()
    places = torch.arange(len(mass)).double()
    return float((mass * (places - (mass * places).sum()) ** 2).sum().sqrt())


def test_what_the_noise_displaces_is_moved_and_not_blurred() -> None:
    shape = [[[[0.0] * SIZE] * SIZE]] * 2
    model = replace(linear(shape), net=Displaced())
    image = 0.5 * torch.ones(1, 1, SIZE, SIZE)
    image[0, 0, 0, 0], image[0, 0, 0, 1] = 0, 1
    target = torch.tensor([0])
    clean, mean, joined = (
        width(method(model, image, target).values[0])
        for method in (SmoothGrad(noise=0.0), SmoothGrad(20, 0.4), WassersteinGrad(20, 0.4, signed=False))
    )
    assert clean == pytest.approx(2, abs=0.01)
    assert mean > 1.5 * clean
    assert joined < clean + 0.25 * (mean - clean)


def sizes(model: Classifier, image: Tensor, target: int, samples: int, noise: float, seed: int) -> Tensor:
    """mu_i, (samples, H, W), one copy after the other."""
    draws, found = torch.Generator().manual_seed(seed), []
    for _ in range(samples):
        copy = image + noise * (image.max() - image.min()) * torch.randn(image.shape, generator=draws)
        points = copy[None].requires_grad_(True)
        with model.frozen():
            (gradient,) = torch.autograd.grad(model(points)[0, target], points)
        found.append(gradient[0].double().abs().sum(dim=0) / gradient.double().abs().sum())
    return torch.stack(found)


def test_is_the_barycentre_of_the_sizes_and_signed_times_the_clean_gradient() -> None:
    model = mnist_cnn.fresh(3)
    images, targets = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0)), torch.tensor([4, 9])
    plain, signed = (WassersteinGrad(6, 0.3, 2e-3, signed=each)(model, images, targets, seed=5).values
                     for each in (False, True))  # fmt: skip
    clean = SmoothGrad(noise=0.0)(model, images, targets).values
    for place, target in enumerate(targets.tolist()):
        wanted = barycentre(sizes(model, images[place], target, 6, 0.3, 5), reg=2e-3).float()
        torch.testing.assert_close(plain[place], wanted, atol=1e-7, rtol=1e-3)
        torch.testing.assert_close(signed[place], clean[place] * wanted, atol=1e-8, rtol=1e-3)
    assert plain.min() >= 0
    torch.testing.assert_close(plain.sum(dim=(1, 2)), torch.ones(2))
    assert (signed < 0).any()
    assert (signed > 0).any()


def test_the_unsigned_map_depends_on_the_class_too() -> None:
    model = mnist_cnn.fresh(3)
    image = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    one, other = (WassersteinGrad(signed=False)(model, image, torch.tensor([each])).values for each in (4, 9))
    assert (one - other).abs().max() > 0.1 * one.max()


def test_channels_are_summed_and_large_pictures_averaged_down() -> None:
    """All gradients are the weights: the map is their size, though it cancels out in the lower spot."""
    weight = torch.zeros(2, 2, 128, 96)
    weight[0, 0, 32:48, 30:42], weight[0, 1, 32:48, 30:42] = 1, -2
    weight[0, 0, 80:96, 30:42], weight[0, 1, 80:96, 30:42] = 1.5, -1.5
    model = linear(weight.tolist())
    image = torch.rand(1, 2, 128, 96, generator=torch.Generator().manual_seed(0))
    plain, signed = (WassersteinGrad(3, signed=each)(model, image, torch.tensor([0])).values[0]
                     for each in (False, True))  # fmt: skip
    assert plain.sum().item() == pytest.approx(1)
    assert plain[24:56, 24:48].sum().item() == pytest.approx(0.5, abs=0.01)
    assert plain[72:104, 24:48].sum().item() == pytest.approx(0.5, abs=0.01)
    assert plain[34:46, 32:40].mean().item() == pytest.approx(0.5 / (16 * 12), rel=0.35)
    torch.testing.assert_close(signed, plain * weight[0].sum(dim=0))


def test_no_gradient_gives_no_map_and_the_cost_is_said() -> None:
    model = linear([[[[0.0, 0.0]]], [[[1.0, 2.0]]]])
    image = torch.tensor([[[[0.2, 0.9]]]])
    with CancelScope() as scope:
        assert (WassersteinGrad(signed=False)(model, image, torch.tensor([0])).values == 0).all()
        assert scope.queries == 20
        assert (WassersteinGrad(7)(model, image, torch.tensor([0])).values == 0).all()
        assert scope.queries == 28
    assert not WassersteinGrad(noise=0.0).random


def test_without_a_sign_nothing_is_called_for_or_against() -> None:
    assert WassersteinGrad().poles == ("speaks against", "supports")
    assert WassersteinGrad(signed=False).poles == ("matters less (in the difference)", "small changes matter")
