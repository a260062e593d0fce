"""Last features against what networks compute, the picture of them, and who lies next to whom by brute force."""

import json
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.base.cancellation import Cancelled, CancelScope
from core.classifiers import cifar10_resnet20, mnist_cnn
from core.classifiers._preact_resnet44 import CAM_LAYER, PreActResNet44
from core.classifiers.teaching import masked
from core.classifiers.torchvision_imagenet import build
from core.contracts.classifier import Classifier
from core.contracts.normalisation import normalised
from core.contracts.toy_models import linear, linear_probability
from core.detection.feature_space.embedding import embed, features, standardised
from core.detection.feature_space.neighbours import same_kind
from tests.toys import draw

LABELS = ("a", "b", "c")


def test_features_are_what_the_head_takes() -> None:
    digits, images = mnist_cnn.fresh(), draw(5, 1, 28, 28)
    found = features(digits, images, batch=2)
    assert found.shape == (5, 128)
    with digits.frozen(), torch.no_grad():
        assert torch.allclose(digits.net.head[3](found), digits(images), atol=1e-5)
    small, images = cifar10_resnet20.fresh(), draw(3, 3, 32, 32)
    found = features(small, images)
    with small.frozen(), torch.no_grad():
        maps = small.net.blocks(small.net.stem(normalised(images, small.mean, small.std)))
    assert torch.allclose(found, maps.mean(dim=(2, 3)), atol=1e-5)
    assert not any(module._forward_pre_hooks for module in small.net.modules())


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1"])
def test_features_of_torchvisions_networks(name: str) -> None:
    net = build(name, 3)
    layer = "features" if name == "squeezenet1_1" else ""
    classifier = Classifier(net, LABELS, (3, 64, 64), cam_layer=layer)
    images = draw(3, 3, 64, 64)
    found = features(classifier, images, batch=2)
    with torch.no_grad():
        if layer:  # no linear layer: its classes are a convolution's, before the pooling
            assert torch.allclose(found, net.features(images).mean(dim=(2, 3)), atol=1e-5)
        else:
            assert torch.allclose(net.fc(found), net(images), atol=1e-4)


def test_features_of_a_vision_transformer_are_its_class_token() -> None:
    from torchvision.models import VisionTransformer

    torch.manual_seed(0)
    net = VisionTransformer(32, 8, 2, 2, 24, 48, num_classes=3).eval()
    nn.init.normal_(net.heads.head.weight)
    found = features(Classifier(net, LABELS, (3, 32, 32)), draw(2, 3, 32, 32))
    assert found.shape == (2, 24)
    with torch.no_grad():
        assert torch.allclose(net.heads(found), net(draw(2, 3, 32, 32)), atol=1e-5)


def test_a_hidden_layer_as_wide_as_the_classes_is_not_the_last() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 3))
    images = draw(4, 1, 2, 2)
    expected = net[:3](images)
    assert torch.allclose(features(Classifier(net, LABELS, (1, 2, 2)), images), expected)


def test_a_network_without_a_linear_layer_and_one_that_wraps_another() -> None:
    with torch.random.fork_rng():
        net = PreActResNet44(3).eval()
    images = draw(2, 3, 32, 32)
    found = features(Classifier(net, LABELS, (3, 32, 32), cam_layer=CAM_LAYER), images)
    assert found.shape == (2, 64)
    with torch.no_grad():
        assert torch.allclose(net.pipe[-1](found[:, :, None, None]).flatten(1), net(images), atol=1e-5)
    assert features(linear_probability([[[0.1, 0.2]]], 0.1), draw(2, 1, 1, 2)).shape == (2, 1)
    inner = nn.Sequential(nn.Flatten(), nn.Linear(4, 5), nn.Unflatten(1, (5, 1, 1)), nn.Conv2d(5, 3, 1), nn.Flatten())
    found = features(Classifier(inner, LABELS, (1, 2, 2), cam_layer="2"), draw(4, 1, 2, 2))
    assert torch.allclose(found, inner[:2](draw(4, 1, 2, 2))), "a linear layer inside is not the head"
    digits, images = mnist_cnn.fresh(), draw(2, 1, 28, 28)
    assert torch.allclose(features(masked(digits, "saturated"), images), features(digits, images))
    with pytest.raises(ValueError, match="linear layer"):
        features(linear([[[[1.0]]], [[[0.0]]]]), torch.zeros(1, 1, 1, 1))
    with pytest.raises(ValueError, match="no image"):
        features(digits, images[:0])


def test_features_can_be_stopped_and_say_how_far_they_are() -> None:
    seen: list[tuple[int, int]] = []
    features(mnist_cnn.fresh(), draw(5, 1, 28, 28), batch=2, on_done=lambda *each: seen.append(each))
    assert seen == [(2, 5), (4, 5), (5, 5)]
    with CancelScope() as scope, pytest.raises(Cancelled):
        features(mnist_cnn.fresh(), draw(5, 1, 28, 28), batch=2, on_done=lambda *_: scope.stop())


def test_standardised_columns() -> None:
    values = draw(50, 3) * torch.tensor([1.0, 1000.0, 0.0]) + 0.1
    found = standardised(values).numpy()
    expected = (values.double().numpy() - values.double().numpy().mean(0))[:, :2] / values.double().numpy().std(0)[:2]
    assert found[:, :2] == pytest.approx(expected)
    assert np.all(found[:, 2] == 0)


def clusters(count: int = 20) -> Tensor:
    """Two groups far apart, in one column of small numbers, beside a wide one of noise."""
    values = draw(2 * count, 4) * torch.tensor([1000.0, 0.1, 0.1, 0.1])
    values[count:, 1:] += 1
    return values


def test_umap_is_given_standardised_features_one_seed_and_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    class Umap:
        def __init__(self, **settings: Any) -> None:
            asked.append(settings)

        def fit_transform(self, values: Any) -> Any:
            assert values.mean(axis=0) == pytest.approx(0, abs=1e-9)
            assert values.std(axis=0) == pytest.approx(1)
            np.random.seed(9)
            return np.ones((len(values), 2), dtype=np.float32)

    module = ModuleType("umap")
    module.UMAP = Umap  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "umap", module)
    np.random.seed(1)
    expected = np.random.rand()
    np.random.seed(1)
    found = embed(clusters(), 3, neighbours=8)
    assert np.random.rand() == expected, "the global generator is put back"
    assert (found.points.shape, found.points.dtype) == ((40, 2), np.float64)
    assert embed(clusters(3), 4).how == "UMAP of 5 neighbours, seed 4"
    kept = {"n_components": 2, "n_jobs": 1}
    assert asked == [{**kept, "n_neighbors": 8, "random_state": 3}, {**kept, "n_neighbors": 5, "random_state": 4}]


@pytest.mark.slow  # umap is compiled at its first use
def test_the_picture_keeps_groups_apart_is_the_same_again_and_leaves_the_generators_alone() -> None:
    torch.manual_seed(1)
    np.random.seed(1)
    expected = torch.rand(1), np.random.rand()
    torch.manual_seed(1)
    np.random.seed(1)
    found = embed(clusters(), 3, neighbours=8)
    assert (torch.rand(1), np.random.rand()) == expected
    assert found.points.shape == (40, 2)
    assert np.array_equal(found.points, embed(clusters(), 3, neighbours=8).points)
    assert not np.array_equal(found.points, embed(clusters(), 4, neighbours=8).points)
    apart = np.linalg.norm(found.points[:, None] - found.points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert np.array_equal(apart.argmin(axis=1) >= 20, np.arange(40) >= 20), "scales of columns do not matter"
    assert "UMAP of 8" in found.told()["how"]
    assert len(json.loads(json.dumps(found.told()))["points"]) == 40
    assert embed(clusters(3)).points.shape == (6, 2)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_few_points_are_shown_by_principal_components(count: int) -> None:
    values = draw(count, 3)
    found = embed(values)
    assert "principal" in found.how
    kept = standardised(values).numpy()
    squares = np.linalg.svd(kept, compute_uv=False)[:2] ** 2
    assert (found.points**2).sum() == pytest.approx(squares.sum())
    assert (found.points**2).sum(axis=0)[: len(squares)] == pytest.approx(squares)
    with pytest.raises(ValueError, match="finite"):
        embed(values * float("nan"))


def test_neighbours_by_brute_force(monkeypatch: pytest.MonkeyPatch) -> None:
    clean = draw(12, 3)
    attacked = clean + 0.2 * draw(12, 3, seed=1) + torch.tensor([0.2, 0.0, 0.0])
    monkeypatch.setattr("core.detection.feature_space.neighbours.ROWS", 5)
    found = same_kind(clean, attacked, 4, swaps=400)
    points = standardised(torch.cat([clean, attacked])).numpy()
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    order = apart.argsort(axis=1)[:, :4]
    shares = [np.mean((order[place] < 12) == (place < 12)) for place in range(24)]
    assert found.share == pytest.approx(np.mean(shares))
    assert (found.originals, found.attacked) == pytest.approx((np.mean(shares[:12]), np.mean(shares[12:])))
    assert found.chance == pytest.approx(11 / 23)


def test_kinds_that_lie_anyhow_and_kinds_that_do_not() -> None:
    anyhow = same_kind(draw(200, 5), draw(200, 5, seed=1), swaps=200)
    assert anyhow.share == pytest.approx(anyhow.chance, abs=0.03)
    assert anyhow.p is not None
    assert anyhow.p > 0.01
    apart = same_kind(draw(200, 5), draw(200, 5, seed=1) + 1, swaps=200)
    assert apart.share is not None
    assert apart.share > 0.95
    assert apart.p == 1 / 201
    beside = same_kind(draw(50, 5), draw(50, 5) + 1e-4, 1, swaps=200)
    assert (beside.share, beside.swapped, beside.p) == (0, 0, 1), "each lies beside its own attacked image"


def test_one_image_and_wrong_shapes() -> None:
    told = json.loads(json.dumps(same_kind(torch.ones(1, 2), torch.ones(1, 2)).told()))
    assert (told["share"], told["chance"], told["neighbours"]) == (None, None, 1)
    assert same_kind(draw(2, 3), draw(2, 3, seed=1), 15).neighbours == 3
    for wrong in (torch.ones(3, 2), torch.ones(2, 2, 1)):
        with pytest.raises(ValueError, match="features"):
            same_kind(torch.ones(2, 2), wrong)
