"""The network of Woods, Chen, Teuscher: its activation, its layers written one by one, its published files."""

import pytest
import torch
from safetensors.torch import save

from core.catalog import load_classifier
from core.classifiers._architectures import architecture
from core.classifiers._preact_resnet44 import MEAN, STD, Block, PreActResNet44
from core.classifiers.own import install
from core.layers.half_huber_relu import HalfHuberReLU
from tests.core.classifiers.test_cifar_resnets import LABELS, drawn

pytestmark = pytest.mark.usefixtures("home")
NAMES = {"preact_resnet44": False, "preact_resnet44_half_huber": True}


def test_the_half_huber_relu_is_torchs_huber_loss_of_what_is_above_zero() -> None:
    """huber(t, 0) / d, of which torch has both derivatives."""
    t = torch.linspace(-2, 2, 401, dtype=torch.float64).requires_grad_()
    activation = HalfHuberReLU().double()
    mine, slope = activation(t), torch.clamp(t.detach(), 0, 0.5) / 0.5
    theirs = torch.nn.functional.huber_loss(t.relu(), torch.zeros_like(t), reduction="none", delta=0.5) / 0.5
    torch.testing.assert_close(mine, theirs)
    (first,) = torch.autograd.grad(mine.sum(), t, create_graph=True)
    torch.testing.assert_close(first, slope)
    (second,) = torch.autograd.grad(first.sum(), t)
    inside = (t.detach() > 0.001) & (t.detach() < 0.499)
    outside = (t.detach() < -0.001) | (t.detach() > 0.501)
    assert torch.equal(second[inside], torch.full_like(second[inside], 2.0))
    assert second[outside].abs().max() == 0
    assert torch.autograd.gradcheck(activation, torch.tensor([-0.3, 0.1, 0.4, 0.9]).double().requires_grad_())


@pytest.mark.parametrize("half_huber", [False, True])
def test_is_the_network_of_the_paper(half_huber: bool) -> None:
    """44 = 1 + 3 * 7 * 2 + 1 layers and two shortcuts: 1 + 42 + 2 + 1 convolutions; a step at a time."""
    net, x = drawn(PreActResNet44(10, half_huber)), torch.rand(2, 3, 32, 32)
    net.input_offset.copy_(torch.tensor([MEAN, STD]))
    for module in net.modules():
        if isinstance(module, HalfHuberReLU):
            module.d.fill_(0.5)
    assert sum(isinstance(module, torch.nn.Conv2d) for module in net.modules()) == 46
    assert sum(weight.numel() for weight in net.parameters()) == 681_626

    def active(t: torch.Tensor) -> torch.Tensor:
        bowl = torch.where(t > 0.5, t - 0.25, t**2)
        return torch.where(t > 0, bowl if half_huber else t, torch.zeros_like(t))

    with torch.no_grad():
        stem, *stages, norm, _, _, head = net.pipe
        maps = stem((x - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1))
        for stage in stages:
            assert len(stage) == 7
            for block in stage:
                assert isinstance(block, Block)
                y = active(block.pre[0](maps))
                kept = block.shortcut(y) if hasattr(block, "shortcut") else maps
                maps = kept + block.main[3](active(block.main[1](block.main[0](y))))
        assert maps.shape == (2, 64, 8, 8)
        pooled = active(norm(maps)).mean(dim=(2, 3))
        expected = pooled @ head.weight[:, :, 0, 0].T + head.bias
        torch.testing.assert_close(net(x), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", list(NAMES))
def test_a_published_file_loads_as_it_is(name: str) -> None:
    net, x = drawn(architecture(name).build(10, 3)), torch.rand(2, 3, 32, 32)
    net.input_offset.copy_(torch.tensor([MEAN, STD]))
    state = net.state_dict()
    for key in (key for key in state if key.endswith(".d")):
        state[key].fill_(0.75)  # the file's own, not the usual 0.5
    assert {key.partition(".")[0] for key in state} == {"input_offset", "pipe"}
    assert ("pipe.1.0.pre.1.d" in state) == NAMES[name]
    loaded = load_classifier(install(save(state), name, LABELS, "published"))
    with torch.no_grad(), loaded.watch(loaded.cam_layer) as seen:
        assert torch.equal(loaded(x), net(x))
    assert seen[0].shape == (2, 64, 8, 8)
    (other,) = set(NAMES) - {name}
    with pytest.raises(ValueError, match=f"called and shaped like those of {name}[.]"):
        install(save(state), other, LABELS, "mistaken")


def test_an_activation_without_a_bowl_is_refused_in_a_sentence() -> None:
    state = drawn(architecture("preact_resnet44_half_huber").build(10, 3)).state_dict()
    state["pipe.1.0.pre.1.d"].fill_(-1.0)
    with pytest.raises(ValueError, match="d of a half-Huber ReLU must be above 0, and here it is -1"):
        install(save(state), "preact_resnet44_half_huber", LABELS, "bowlless")
