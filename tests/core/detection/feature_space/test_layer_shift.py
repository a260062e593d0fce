"""How far layers move: against hand-made outputs, on networks of several kinds, beside noise."""

import json

import pytest
import torch
from torch import nn

from core.attacks.pgd import PGD
from core.base.cancellation import Cancelled, CancelScope
from core.classifiers import cifar10_resnet20, imagenet_efficientnet_lite0, mnist_cnn
from core.classifiers.torchvision_imagenet import build
from core.contracts.classifier import Classifier
from core.detection.feature_space.layer_shift import LayerShift, layer_shifts
from core.detection.scoring.ordinary_noise import noisy
from core.evaluation.paired import mean_interval
from tests.toys import draw, small


def of_noise(classifier: Classifier, count: int = 2) -> list[LayerShift]:
    images = draw(count, *classifier.size)
    return layer_shifts(classifier, images, noisy(images, "signs", 0.1, seed=1), noisy(images, "signs", 0.1, seed=2))


def test_a_layer_is_told_by_hand() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(8, 3))
    classifier, images = Classifier(net, ("a", "b", "c"), (1, 4, 4)), draw(5, 1, 4, 4)
    attacked, noise = noisy(images, "signs", 0.2, seed=1), noisy(images, "signs", 0.1, seed=2)
    found = layer_shifts(classifier, images, attacked, noise, batch=2)
    assert [each.layer for each in found] == ["input", "0", "3"]
    for place, layers in enumerate((0, 1, 4)):
        with torch.no_grad():
            one, two, three = (net[:layers](each.clone()).flatten(1) for each in (images, attacked, noise))
        for name, other in (("attacked", two), ("noise", three)):
            values = (other - one).norm(dim=1) / one.norm(dim=1)
            assert getattr(found[place], name) == pytest.approx(mean_interval(values.tolist()), rel=1e-4)
        values = ((two - one).norm(dim=1) - (three - one).norm(dim=1)) / one.norm(dim=1)
        assert found[place].difference == pytest.approx(mean_interval(values.tolist()), rel=1e-4, abs=1e-6)
    assert not any(module._forward_hooks for module in net.modules())


def test_layers_are_blocks_and_what_is_outside_of_them_in_order() -> None:
    digits = of_noise(mnist_cnn.fresh())
    assert [each.layer for each in digits] == ["input", "features.0", "features.3", "head.1", "head.3"]
    blocks = [f"blocks.{number}" for number in range(9)]
    assert [each.layer for each in of_noise(cifar10_resnet20.fresh())] == ["input", "stem.0", *blocks, "head"]
    net = Classifier(build("resnet18", 3), ("a", "b", "c"), (3, 32, 32))
    parts = [f"layer{stage}.{place}" for stage in range(1, 5) for place in range(2)]
    assert [each.layer for each in of_noise(net)] == ["input", "conv1", *parts, "fc"]


def test_a_deep_network_shows_twelve_layers_the_first_and_the_last_among_them() -> None:
    net = imagenet_efficientnet_lite0.build(3)
    found = of_noise(Classifier(net.eval(), ("a", "b", "c"), (3, 64, 64)))
    assert len(found) == 13
    assert (found[1].layer, found[-1].layer) == ("_conv_stem", "_fc")
    assert all(each.noise is not None for each in found)


def test_a_vision_transformer() -> None:
    from torchvision.models import VisionTransformer

    net = VisionTransformer(32, 8, 2, 2, 24, 48, num_classes=3).eval()
    nn.init.normal_(net.heads.head.weight)
    names = [each.layer for each in of_noise(Classifier(net, ("a", "b", "c"), (3, 32, 32)))]
    assert names == ["input", "conv_proj", "encoder.layers.encoder_layer_0", "encoder.layers.encoder_layer_1",
                     "heads.head"]  # fmt: skip


def test_order_is_that_of_the_calls() -> None:
    class Turned(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.last = nn.Linear(4, 2)
            self.unused = nn.Linear(4, 2)
            self.first = nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out: torch.Tensor = self.last(self.first(x.flatten(1)))
            return out

    assert [each.layer for each in of_noise(Classifier(Turned(), ("a", "b"), (1, 2, 2)))] == ["input", "first", "last"]


def test_an_attack_moves_the_last_layer_more_than_noise_of_its_size() -> None:
    classifier, images = small(1), draw(30, 1, 6, 6)
    labels = classifier.probabilities(images).argmax(dim=1)
    attacked = PGD(eps=0.1, step=0.02, steps=10)(classifier, images, labels)
    last = layer_shifts(classifier, images, attacked, noisy(images, "signs", 0.1))[-1]
    assert last.difference is not None
    assert last.difference[1] > 0


def test_layers_that_put_out_nothing_do_not_count() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 2, bias=False))
    images = torch.cat([torch.zeros(1, 1, 2, 2), draw(2, 1, 2, 2)])
    classifier = Classifier(net, ("a", "b"), (1, 2, 2))
    found = layer_shifts(classifier, images, images, images)
    assert [(each.images, each.attacked) for each in found] == [(2, (0, 0, 0))] * 2
    one = layer_shifts(classifier, images[:2], images[:2], images[:2])
    assert [(each.images, each.noise) for each in one] == [(1, None)] * 2
    json.dumps([each.told() for each in (*found, *one)], allow_nan=False)
    assert found[0].told()["attacked"] == {"mean": 0, "interval_95": [0, 0]}
    with pytest.raises(ValueError, match="three times"):
        layer_shifts(classifier, images, images, images[:2])


def test_noise_is_of_the_size_of_an_attack() -> None:
    images = draw(50, 1, 6, 6)
    change = noisy(images, "signs", 0.1, seed=3) - images
    assert change.abs().max() <= 0.1 + 1e-6
    middle = (images > 0.1) & (images < 0.9)
    assert torch.allclose(change[middle].abs(), torch.tensor(0.1), atol=1e-6)
    assert abs(float(change[middle].sign().mean())) < 0.1
    assert torch.equal(noisy(images, "signs", 0.1, seed=3), images + change)


def test_it_can_be_stopped() -> None:
    images = draw(4, 1, 6, 6)
    with CancelScope() as scope, pytest.raises(Cancelled):
        layer_shifts(small(), images, images, images, batch=2, on_done=lambda *_: scope.stop())
