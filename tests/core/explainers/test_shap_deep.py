"""SHAP by DeepLIFT: it adds up, agrees with Captum, and says in words what it cannot follow."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from core.classifiers import cifar10_resnet20, mnist_cnn
from core.contracts.classifier import Classifier
from core.explainers._deeplift_support import _CURVED, _LINEAR, obstacle
from core.explainers.shap_deep import ShapDeep
from core.occlusion.backgrounds import background


def drawn(classifier: Classifier, count: int = 2, seed: int = 0) -> Tensor:
    return torch.rand(count, *classifier.size, generator=torch.Generator().manual_seed(seed))


def plain(classifier: Classifier) -> Classifier:
    """The classifier without its gallery, so that nothing depends on what ships."""
    return replace(classifier, samples="")


def around(net: nn.Module, size: tuple[int, int, int] = (3, 8, 8)) -> Classifier:
    """A classifier of four classes around a net."""
    return Classifier(net, ("a", "b", "c", "d"), size)


@pytest.mark.parametrize("make", [mnist_cnn.fresh, cifar10_resnet20.fresh])
def test_deep_adds_up_on_our_networks_and_leaves_no_hooks(make: Callable[[int], Classifier]) -> None:
    model = plain(make(1))
    images, targets = drawn(model), torch.tensor([5, 2])
    assert ShapDeep().obstacle(model) == ""
    found = ShapDeep()(model, images, targets)
    assert found.gap is not None
    assert (found.gap < 1e-9).all()
    with model.frozen(), torch.no_grad():
        wanted = (model(images) - model(background("auto", model, images[:1], 0)).mean(dim=0))[[0, 1], targets]
    torch.testing.assert_close(found.values.sum(dim=(1, 2)), wanted, atol=1e-5, rtol=1e-3)
    assert not any(each._forward_hooks or each._backward_hooks for each in model.net.modules())
    assert all(weight.dtype == torch.float32 for weight in model.net.parameters())


def test_deep_is_captums_deeplift() -> None:
    """On a network without max-pooling: at max-pooling Captum's own sums are off (by 9 % on the MNIST network)."""
    from captum.attr import DeepLift

    model = plain(cifar10_resnet20.fresh(1))
    images, targets = drawn(model), torch.tensor([5, 2])
    found = ShapDeep(background="grey")(model, images, targets).values
    copy = model.copy()
    copy.net.double().eval()
    double = images.double().requires_grad_()
    expected = DeepLift(copy.module()).attribute(double, torch.full_like(double, 0.5), target=targets).sum(dim=1)
    torch.testing.assert_close(found, expected.detach().float(), atol=1e-6, rtol=1e-4)


def test_deep_at_max_pooling_by_hand() -> None:
    """2 max(x1, x2) against (0.5, 0.5): a rise goes to the image's largest pixel, a fall to the background's first."""
    head = nn.Linear(1, 2, bias=False)
    head.weight.data = torch.tensor([[2.0], [0.0]])
    model = Classifier(nn.Sequential(nn.MaxPool2d((1, 2)), nn.Flatten(), head), ("a", "b"), (1, 1, 2))
    images = torch.tensor([[0.1, 0.9], [0.1, 0.3]]).view(2, 1, 1, 2)
    found = ShapDeep(background="grey")(model, images, torch.tensor([0, 0])).values
    torch.testing.assert_close(found.view(2, 2), torch.tensor([[0.0, 0.8], [-0.4, 0.0]]))


class Functional(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4, 4)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(torch.relu(self.conv(images)).mean(dim=(2, 3)))


class Reused(Functional):
    def __init__(self) -> None:
        super().__init__()
        self.relu = nn.ReLU()

    def forward(self, images: Tensor) -> Tensor:
        return self.relu(self.head(self.relu(self.conv(images)).mean(dim=(2, 3))))


class AddsInPlace(Reused):
    def forward(self, images: Tensor) -> Tensor:
        features = self.conv(images)
        features += 1.0
        return self.head(self.relu(features).mean(dim=(2, 3)))


class Multiplies(Reused):
    def forward(self, images: Tensor) -> Tensor:
        features = self.relu(self.conv(images)).mean(dim=(2, 3))
        return self.head(features * features)


@pytest.mark.parametrize(
    ("net", "words"),
    [
        (nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(144, 4)), "in place"),
        (nn.Sequential(nn.Flatten(), nn.LayerNorm(192), nn.Linear(192, 4)), "LayerNorm"),
        (nn.Sequential(nn.Flatten(), nn.Linear(192, 4), nn.ReLU6()), "ReLU6"),
        (Functional(), "between"),
        (Reused(), "re-uses ReLU"),
        (AddsInPlace(), "in place"),
        (Multiplies(), "between"),
    ],
)
def test_deep_says_what_stands_in_its_way(net: nn.Module, words: str) -> None:
    model = around(net)
    assert words in ShapDeep().obstacle(model)
    with pytest.raises(ValueError, match=words):
        ShapDeep()(model, drawn(model, 1), torch.tensor([0]))
    assert not any(each._forward_hooks or each._backward_hooks for each in net.modules())


def test_deep_refuses_the_usual_large_networks() -> None:
    from torchvision.models import resnet18, vit_b_16

    with torch.device("meta"):  # refused by a look at the modules alone
        assert "in place" in obstacle(around(resnet18()))
        assert "no DeepLIFT rule" in obstacle(around(vit_b_16()))


def test_the_rules_listed_are_the_ones_shap_has() -> None:
    from shap.explainers._deep.deep_pytorch import op_handler

    assert set(op_handler) == _LINEAR | _CURVED
    assert {name for name, rule in op_handler.items() if rule.__name__ in ("nonlinear_1d", "maxpool")} == _CURVED


@pytest.mark.parametrize(("kernel", "stride", "refused"), [(2, 2, False), (3, 3, False), (3, 2, True), (2, 1, True)])
def test_deep_refuses_where_pooling_windows_overlap(kernel: int, stride: int, refused: bool) -> None:
    """shap's rule for max pooling gives a pixel in two windows the share of one; AlexNet and SqueezeNet pool so."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(kernel, stride), nn.Conv2d(4, 4, 3), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 4),
    )  # fmt: skip
    model = around(net.eval(), (1, 24, 24))
    said = ShapDeep(background="grey").obstacle(model)
    assert ("of the score" in said) == refused
    if not refused:
        gap = ShapDeep(background="grey")(model, drawn(model, 1), torch.tensor([0])).gap
        assert gap is not None
        assert gap.item() < 1e-6
    assert not any(each._forward_hooks or each._backward_hooks for each in model.net.modules())
