"""Public networks for small images: option A written with loops, names as repositories have them, other editions."""

import pytest
import torch
from safetensors.torch import save
from torch import Tensor, nn

from core.catalog import load_classifier
from core.classifiers import cifar10_resnet18
from core.classifiers._cifar_resnets import BlockA, CifarResNet, PreActResNet18
from core.classifiers.cifar10_resnet20 import ResNet20
from core.classifiers.own import architecture, install

pytestmark = pytest.mark.usefixtures("home")
LABELS = [f"class {number}" for number in range(10)]


def drawn(net: nn.Module) -> nn.Module:
    """With every number of it drawn, statistics too, so that nothing is left out by a mistake unseen."""
    generator = torch.Generator().manual_seed(0)
    for name, value in net.state_dict().items():
        if value.is_floating_point():
            noise = torch.rand(value.shape, generator=generator)
            value.copy_(noise / 2 + 0.75 if name.endswith(("var", "bn1.weight")) else (noise - 0.5) / 2)
    return net.eval()


def option_a(x: Tensor, stride: int, channels: int) -> Tensor:
    """Pixel by pixel: every second one, in the middle of new channels of zeros."""
    high, wide = (x.shape[2] + stride - 1) // stride, (x.shape[3] + stride - 1) // stride
    out = torch.zeros(len(x), channels, high, wide)
    before = (channels - x.shape[1]) // 2
    for i in range(high):
        for j in range(wide):
            out[:, before : before + x.shape[1], i, j] = x[:, :, stride * i, stride * j]
    return out


@pytest.mark.parametrize(("stride", "channels"), [(2, 8), (1, 4)])
def test_the_shortcut_of_option_a_has_no_weights(stride: int, channels: int) -> None:
    block, x = drawn(BlockA(4, channels, stride)), torch.rand(2, 4, 7, 6)
    with torch.no_grad():
        inner = block.bn2(block.conv2(block.bn1(block.conv1(x)).relu()))
        assert torch.equal(block(x), (inner + option_a(x, stride, channels)).relu())


@pytest.mark.parametrize(
    ("depth", "parameters"), [(20, 269_722), (32, 464_154), (44, 658_586), (56, 853_018), (110, 1_727_962)]
)
def test_depths_are_the_papers(depth: int, parameters: int) -> None:
    """0.27, 0.46, 0.66, 0.85 and 1.7 million in table 6; every weight counts once."""
    net = architecture(f"cifar_resnet{depth}").build(10, 3)
    assert sum(weight.numel() for weight in net.parameters()) == parameters
    layers = [each for each in net.modules() if isinstance(each, nn.Conv2d | nn.Linear)]
    assert len(layers) == depth
    assert {name.partition(".")[0] for name in net.state_dict()} == {
        "conv1", "bn1", "layer1", "layer2", "layer3", "linear"
    }  # fmt: skip


def test_pre_activation_is_as_it_is_written_in_the_paper() -> None:
    """Equation 5 of 1603.05027, with the projection after the first activation."""
    net, x = drawn(PreActResNet18()), torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        maps = net.conv1(x)
        for stage in (net.layer1, net.layer2, net.layer3, net.layer4):
            for block in stage:
                y = block.bn1(maps).relu()
                kept = block.shortcut(y) if hasattr(block, "shortcut") else maps
                maps = kept + block.conv2(block.bn2(block.conv1(y)).relu())
        torch.testing.assert_close(net(x), net.linear(maps.flatten(2).mean(2)))
    assert sum(weight.numel() for weight in net.parameters()) == 11_171_146
    extra = set(PreActResNet18(last_norm=True).state_dict()) - set(net.state_dict())
    assert {name.partition(".")[0] for name in extra} == {"bn"}


@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("name", ["cifar_resnet20", "cifar_resnet56", "preact_resnet18", "preact_resnet18_last_norm"])
def test_a_public_state_dict_loads_as_it_is(name: str, prefix: str) -> None:
    net = drawn(architecture(name).build(10, 3))
    raw = save({prefix + key: value for key, value in net.state_dict().items()})
    loaded, x = load_classifier(install(raw, name, LABELS, "public")), torch.rand(2, 3, 32, 32)
    mean = {"c": (0.485, 0.456, 0.406), "p": (0.4914, 0.4822, 0.4465)}[name[0]]
    std = {"c": (0.229, 0.224, 0.225), "p": (0.2023, 0.1994, 0.2010)}[name[0]]
    by_hand = (x - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)
    with torch.no_grad(), loaded.watch(loaded.cam_layer) as seen:
        torch.testing.assert_close(loaded(x), net(by_hand))
    assert min(seen[0].shape[2:]) in (4, 8)


def renamed(state: dict[str, Tensor], *pairs: tuple[str, str]) -> dict[str, Tensor]:
    for old, new in pairs:
        state = {key.replace(old, new): value for key, value in state.items()}
    return state


def test_other_editions_of_our_networks() -> None:
    """Projections called downsample or shortcut, a head called fc or linear: the tensors are put in their places."""
    x = torch.rand(2, 3, 32, 32)
    net = drawn(ResNet20())
    pairs = [(f"blocks.{number}.", f"layer{number // 3 + 1}.{number % 3}.") for number in range(9)]
    there = renamed(net.state_dict(), *pairs, ("stem.0", "conv1"), ("stem.1", "bn1"), ("head", "fc"),
                    ("shortcut", "downsample"))  # fmt: skip
    notes: list[str] = []
    loaded = load_classifier(install(save(there), "resnet20", LABELS, "b", mean=[0] * 3, std=[1] * 3, say=notes.append))
    assert torch.equal(loaded(x), net(x))
    assert notes[0] == "The tensors were called otherwise, as in another edition of this network."
    wide = drawn(cifar10_resnet18.resnet18())
    there = renamed(wide.state_dict(), ("downsample", "shortcut"), ("fc.", "linear."))
    loaded = load_classifier(install(save(there), "cifar_resnet18", LABELS, "w", mean=[0] * 3, std=[1] * 3))
    assert torch.equal(loaded(x), wide(x))
    small = drawn(CifarResNet(20))
    there = renamed(small.state_dict(), ("linear.", "fc."))
    loaded = load_classifier(install(save(there), "cifar_resnet20", LABELS, "a", mean=[0] * 3, std=[1] * 3))
    assert torch.equal(loaded(x), small(x))
