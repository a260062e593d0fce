"""What is put into networks: once, named on the card, kept by checkpoints, seen by attacks."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from torch import nn

from core.base.params import to_spec
from core.catalog import LAYERS, layers_of, load_classifier
from core.checkpoints.card import Card, save_weights
from core.classifiers import cifar10_resnet18, cifar10_resnet20, mnist_cnn
from core.classifiers._architectures import architecture
from core.contracts.layer import with_layers
from core.contracts.normalisation import normalised
from core.contracts.toy_models import linear
from core.layers.auxiliary_batch_norm import AuxiliaryBatchNorm
from core.layers.half_huber_relu import HalfHuber, HalfHuberReLU, HalfHuberReLU6
from core.layers.silu import SiLU
from core.objectives.cross_entropy import CrossEntropy
from core.refinement.request import Refinement

HOSTS = {AuxiliaryBatchNorm.key: cifar10_resnet20}  # with batch normalisation; the others go into that of digits
ID = "20261120-083640-0123abcd"


def test_every_relu_is_replaced_and_the_weights_stay() -> None:
    for plain in (mnist_cnn.fresh(), cifar10_resnet20.fresh(), cifar10_resnet18.fresh()):
        count = sum(isinstance(module, nn.ReLU) for module in plain.net.modules())
        smooth = with_layers(plain, [HalfHuber(delta=0.25)])
        kinds = [module for module in smooth.net.modules() if isinstance(module, HalfHuberReLU)]
        assert len(kinds) >= count > 0
        assert not any(isinstance(module, nn.ReLU) for module in smooth.net.modules())
        assert {float(module.d) for module in kinds} == {0.25}
        assert sum(isinstance(module, nn.ReLU) for module in plain.net.modules()) == count, "the given one is as it was"
        for name, value in plain.net.state_dict().items():
            assert torch.equal(value, smooth.net.state_dict()[name])
        assert smooth.layers == ({"method": "half_huber_relu", "delta": 0.25},)
        assert layers_of(smooth) == (HalfHuber(delta=0.25),)


def test_the_answers_are_those_of_the_formula() -> None:
    """On the digits' network, its four ReLUs written out by hand."""
    plain = mnist_cnn.fresh()
    smooth = with_layers(plain, [HalfHuber()])
    x = torch.rand(2, 1, 28, 28)

    def bend(t: torch.Tensor) -> torch.Tensor:
        return torch.where(t > 0.5, t - 0.25, torch.where(t > 0, t**2, torch.zeros_like(t)))

    first, _, pool, second, _ = plain.net.features
    flat, one, _, two = plain.net.head
    maps = bend(second(pool(bend(first(normalised(x, plain.mean, plain.std))))))
    expected = two(bend(one(flat(plain.net.pool(maps)))))
    torch.testing.assert_close(smooth(x), expected)


def test_a_ceiling_stays_a_ceiling() -> None:
    net = architecture("efficientnet_lite0").build(10, 3)
    assert any(isinstance(module, nn.ReLU6) for module in net.modules())
    made = with_layers(replace(cifar10_resnet20.fresh(), net=net, cam_layer=""), [HalfHuber()])
    assert any(isinstance(module, HalfHuberReLU6) for module in made.net.modules())
    assert HalfHuberReLU6()(torch.linspace(-3, 30, 500)).max() <= 6


def test_silu_is_t_times_its_sigmoid_wherever_there_was_a_relu() -> None:
    plain = architecture("efficientnet_lite0").build(10, 3)
    kinds = (nn.ReLU, nn.ReLU6)
    count = sum(isinstance(module, kinds) for module in plain.modules())
    made = with_layers(replace(cifar10_resnet20.fresh(), net=plain, cam_layer=""), [SiLU()])
    found = [module for module in made.net.modules() if isinstance(module, nn.SiLU)]
    assert len(found) == count > 0
    assert not any(isinstance(module, kinds) for module in made.net.modules())
    t = torch.linspace(-9, 9, 50, dtype=torch.float64)
    torch.testing.assert_close(found[0](t), t / (1 + (-t).exp()))
    first, _, pool, second, _ = (digits := mnist_cnn.fresh()).net.features
    flat, one, _, two = digits.net.head
    x = torch.rand(2, 1, 28, 28)

    def bend(values: torch.Tensor) -> torch.Tensor:
        return values / (1 + (-values).exp())

    maps = bend(second(pool(bend(first(normalised(x, digits.mean, digits.std))))))
    torch.testing.assert_close(with_layers(digits, [SiLU()])(x), two(bend(one(flat(digits.net.pool(maps))))))


def test_refusals_are_sentences() -> None:
    with pytest.raises(ValueError, match="no ReLU to replace"):
        with_layers(linear([[[[1.0]]], [[[2.0]]]]), [HalfHuber()])
    with pytest.raises(ValueError, match="has it already"):
        with_layers(with_layers(mnist_cnn.fresh(), [HalfHuber()]), [HalfHuber()])
    with pytest.raises(ValueError, match="expected a method among"):
        Refinement.read({"base": "mnist_cnn:standard", "data": "mnist", "objective": CrossEntropy(), "layers": [{}]})
    with pytest.raises(ValueError, match="expected a method and its parameters"):
        Refinement.read({"base": "mnist_cnn:standard", "data": "mnist", "objective": CrossEntropy(), "layers": [3]})


@pytest.mark.parametrize("key", list(LAYERS))
def test_a_request_and_a_run_keep_them(key: str, home: Path) -> None:
    layer, host = LAYERS[key](), HOSTS.get(key, mnist_cnn)
    base = f"{host.__name__.rpartition('.')[2]}:standard"
    asked = Refinement(base, "mnist", CrossEntropy(), layers=(layer,))
    assert Refinement.read(asked.arguments()) == asked
    assert "layers" not in replace(asked, layers=()).arguments(), "earlier runs' arguments stay as they were"
    made = with_layers(host.fresh(3), [layer])
    card = Card(title="with a layer", origin=base, labels=list(made.labels), layers=[to_spec(layer)])
    save_weights(home / "runs" / ID / "best.safetensors", made.net.state_dict(), card)
    loaded = load_classifier(f"run:{ID}")
    assert loaded.layers == made.layers == (to_spec(layer),)
    x = torch.rand(2, *made.size)
    with torch.no_grad():
        assert torch.equal(loaded(x), replace(made, net=made.net.eval())(x))
    assert loaded.fingerprint
    strange = replace(card, layers=[{"method": "no_such_layer"}])
    save_weights(home / "runs" / ID / "best.safetensors", made.net.state_dict(), strange)
    with pytest.raises(ValueError, match="names a layer that there is none of, no_such_layer"):
        load_classifier(f"run:{ID}")


@pytest.mark.parametrize("key", list(LAYERS))
def test_it_is_whole_and_in_the_attacked_graph(key: str) -> None:
    """A copy answers the same; evaluation mode is kept; a gradient reaches the image through what was put in."""
    layer, plain = LAYERS[key](), HOSTS.get(key, mnist_cnn).fresh()
    made = with_layers(replace(plain, net=plain.net.eval()), [layer])
    assert not any(module.training for module in made.net.modules())
    assert asdict(layer) == {name: value for name, value in made.layers[0].items() if name != "method"}
    x = torch.rand(3, *made.size, requires_grad=True)
    with made.frozen():
        (gradient,) = torch.autograd.grad(made(x).max(dim=1).values.sum(), x)
        assert torch.equal(made.copy()(x), made(x))
    assert gradient.abs().amax(dim=(1, 2, 3)).min() > 0
