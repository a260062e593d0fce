"""Grad-CAM++ against derivatives taken one by one, and on layers that put out maps, tokens and neither."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from core.base.cancellation import CancelScope
from core.classifiers.cifar10_resnet20 import fresh
from core.contracts.classifier import Classifier
from core.explainers.grad_cam_pp import GradCAMPP


def small(seed: int = 0) -> Classifier:
    """A network of maps 3 x 3 on two channels, with two linear pieces behind them."""
    torch.manual_seed(seed)
    head = nn.Sequential(nn.Flatten(), nn.Linear(18, 6), nn.ReLU(), nn.Linear(6, 2))
    return Classifier(nn.Sequential(nn.Conv2d(1, 2, 2, 2), nn.ReLU(), head), ("a", "b"), (1, 6, 6), cam_layer="1")


def derivatives(score: Tensor, maps: Tensor, order: int) -> Tensor:
    """d^order exp(score) / d A_ij^order for every single element, by repeated differentiation."""
    found = []
    for index in range(maps.numel()):
        value = score.exp()
        for _ in range(order):
            (gradient,) = torch.autograd.grad(value, maps, create_graph=True)
            value = gradient.flatten()[index]
        found.append(value.detach())
    return torch.stack(found).view_as(maps)


@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_is_eq_19_with_the_second_and_third_derivatives_of_the_exponential(seed: int, target: int) -> None:
    classifier = small(seed)
    image = torch.rand(1, 1, 6, 6)
    net = classifier.net.double()
    maps = net[1](net[0](image.double())).detach().requires_grad_(True)
    score = net[2](maps)[0, target]
    first, second, third = (derivatives(score, maps, order) for order in (1, 2, 3))
    bottom = 2 * second + maps.detach().sum(dim=(2, 3), keepdim=True) * third
    alpha = torch.where(second != 0, second / bottom, 0.0)
    weights = (alpha * (first / score.detach().exp()).relu()).sum(dim=(2, 3), keepdim=True)
    wanted = (weights * maps.detach()).sum(dim=1, keepdim=True).relu()
    wanted = interpolate(wanted, (6, 6), mode="bilinear", align_corners=False)[:, 0].float()
    net.float()
    found = GradCAMPP()(classifier, image, torch.tensor([target])).values
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-6)


def test_resnet_against_the_formula_written_with_loops() -> None:
    classifier = fresh(1)
    images, targets = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0)), torch.tensor([3, 0, 7])
    found = GradCAMPP()(classifier, images, targets).values
    classifier.net.eval()
    for index in range(3):
        with classifier.watch("blocks.8") as seen:
            score = classifier(images[index : index + 1])[0, targets[index]]
        (g,) = torch.autograd.grad(score, seen[0])
        total = torch.zeros(8, 8)
        for maps, slope in zip(seen[0][0].detach(), g[0], strict=True):
            weight = 0.0
            for row in slope.flatten().tolist():
                if row != 0:
                    weight += row**2 / (2 * row**2 + maps.sum().item() * row**3) * max(row, 0.0)
            total += weight * maps
        wanted = interpolate(total.relu()[None, None], (32, 32), mode="bilinear", align_corners=False)[0, 0]
        torch.testing.assert_close(found[index], wanted, rtol=1e-3, atol=1e-5)
        assert wanted.max() > 0


def test_one_forward_pass_and_nothing_backward_before_the_layer() -> None:
    class Wall(torch.autograd.Function):
        @staticmethod
        def forward(context: object, x: Tensor) -> Tensor:
            return x.clone()

        @staticmethod
        def backward(context: object, gradient: Tensor) -> Tensor:
            raise AssertionError("differentiated before the layer")

    class Walled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = small().net

        def forward(self, x: Tensor) -> Tensor:
            return self.inner(Wall.apply(x))

    classifier = replace(small(), net=Walled(), cam_layer="inner.1")
    with CancelScope() as scope, torch.no_grad():
        GradCAMPP()(classifier, torch.rand(4, 1, 6, 6), torch.tensor([0, 1, 0, 1]))
    assert (scope.forwards, scope.queries) == (1, 4)


def test_a_later_operation_in_place_changes_nothing() -> None:
    apart, inplace = small(), small()
    for classifier, flag in ((apart, False), (inplace, True)):
        classifier.net[2] = nn.Sequential(nn.Sequential(nn.Hardtanh(0.0, 0.2, inplace=flag)), classifier.net[2])
    image, target = torch.rand(1, 1, 6, 6), torch.tensor([0])
    maps = [GradCAMPP()(classifier, image, target).values for classifier in (apart, inplace)]
    torch.testing.assert_close(maps[0], maps[1])


def transformer(kind: str) -> Classifier:
    from torchvision.models import SwinTransformer, VisionTransformer

    torch.manual_seed(0)
    if kind == "vit":
        net = VisionTransformer(32, 8, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=32, num_classes=4)
        nn.init.normal_(net.heads.head.weight)
        layer = "encoder.layers.encoder_layer_1.ln_1"
    else:
        net = SwinTransformer([4, 4], 8, [1, 1], [1, 2], [4, 4], num_classes=4)
        layer = "features.3"
    return Classifier(net, tuple("abcd"), (3, 32, 32), cam_layer=layer)


@pytest.mark.parametrize("kind", ["vit", "swin"])
def test_transformers_put_out_tokens_and_channels_last(kind: str) -> None:
    classifier = transformer(kind)
    images, targets = torch.rand(2, 3, 32, 32), torch.tensor([1, 2])
    maps = GradCAMPP()(classifier, images, targets).values
    assert maps.shape == (2, 32, 32)
    assert maps.max() > 0  # a map may be empty where all its weighted maps are negative
    classifier.net.eval()
    with classifier.watch(classifier.cam_layer) as seen:
        score = classifier(images)[torch.arange(2), targets].sum()
    (g,) = torch.autograd.grad(score, seen[0])
    a, g = (each[:, 1:].detach() if kind == "vit" else each.flatten(1, 2).detach() for each in (seen[0], g))
    alpha = g**2 / (2 * g**2 + a.sum(dim=1, keepdim=True) * g**3)
    wanted = ((alpha * g.relu()).sum(dim=1, keepdim=True) * a).sum(dim=2).relu().view(2, 1, 4, 4)
    wanted = interpolate(wanted, (32, 32), mode="bilinear", align_corners=False)[:, 0]
    torch.testing.assert_close(maps, wanted, rtol=1e-3, atol=1e-6)


def test_plain_sentences_where_there_are_no_maps() -> None:
    image, target = torch.rand(1, 1, 6, 6), torch.tensor([0])
    with pytest.raises(ValueError, match="needs a layer that puts out maps"):
        GradCAMPP()(replace(small(), cam_layer=""), image, target)
    with pytest.raises(ValueError, match="'2.0' of this classifier puts out"):
        GradCAMPP()(replace(small(), cam_layer="2.0"), image, target)
