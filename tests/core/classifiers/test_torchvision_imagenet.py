"""torchvision's families: the layer of the maps, the weights as torchvision loads them, its preprocessing."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from torchvision import models
from torchvision.models._api import WeightsEnum
from torchvision.transforms.functional import normalize

from core.classifiers import torchvision_imagenet
from core.images import samples
from core.images.picture import fit
from tests.core.classifiers.networks import draw, of_torchvision

# One small member a family; the last map's shape is from the papers' tables, for 224 pixels: 32 times smaller but for
# AlexNet, SqueezeNet and Inception, which do not pad.
FAMILIES = {
    "alexnet": ("features", 256, 6, 6),
    "convnext_tiny": ("features", 768, 7, 7),
    "densenet121": ("features", 1024, 7, 7),
    "efficientnet_b0": ("features", 1280, 7, 7),
    "googlenet": ("inception5b", 1024, 7, 7),
    "inception_v3": ("Mixed_7c", 2048, 8, 8),
    "maxvit_t": ("blocks.3", 512, 7, 7),
    "mnasnet0_5": ("layers", 1280, 7, 7),
    "mobilenet_v2": ("features", 1280, 7, 7),
    "mobilenet_v3_small": ("features", 576, 7, 7),
    "regnet_y_400mf": ("trunk_output", 440, 7, 7),
    "resnet18": ("layer4", 512, 7, 7),
    "shufflenet_v2_x0_5": ("conv5", 1024, 7, 7),
    "squeezenet1_1": ("features", 512, 13, 13),
    "swin_t": ("permute", 768, 7, 7),
    "vgg11": ("features", 512, 7, 7),
    "vit_b_32": ("encoder.layers.encoder_layer_11.ln_1", 50, 768),
}


# --- torchvision's families


def check_family(name: str, layer: str, *shape: int) -> None:
    made = of_torchvision(name)
    with torch.no_grad(), made.watch(made.cam_layer) as seen:
        assert tuple(made(draw(made, 1)).shape) == (1, 1000)
    assert made.cam_layer == layer
    assert len(seen) == 1
    assert tuple(seen[0].shape[1:]) == shape


@pytest.mark.parametrize("name", ["alexnet", "squeezenet1_1", "shufflenet_v2_x0_5", "resnet18", "swin_t", "vit_b_32"])
def test_small_families(name: str) -> None:
    check_family(name, *FAMILIES[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_every_family(name: str) -> None:
    check_family(name, *FAMILIES[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", torchvision_imagenet.names())
def test_every_torchvision_network_has_a_map_layer(name: str) -> None:
    net = torchvision_imagenet.build(name, 5)
    crop = torchvision_imagenet.default_weights(name).transforms().crop_size[0]
    assert torchvision_imagenet.cam_layer(net, (3, crop, crop))


def test_every_family_is_in_the_table() -> None:
    """A new torchvision family would show here: every network's class is that of one in the table."""
    modules = {models.get_model_builder(name).__module__ for name in torchvision_imagenet.names()}
    assert modules == {models.get_model_builder(name).__module__ for name in FAMILIES}


def published(name: str) -> dict[str, torch.Tensor]:
    """What the file of a network's weights holds: its state, random, with side branches and old names."""
    branches = {"aux_logits": True, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
    torch.manual_seed(5)
    tensors = models.get_model(name, weights=None, **branches).state_dict()
    if name.startswith("densenet"):  # files from before batch norms counted their batches
        old = [(key, value) for key, value in tensors.items() if "num_batches" not in key]
        for number in "12":
            old = [
                (re.sub(rf"(denselayer\d+\.(norm|conv)){number}", rf"\1.{number}", key), value) for key, value in old
            ]
        return dict(old)
    return tensors


def check_as_torchvision(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our loading and preprocessing give what torchvision's own builder and transforms give, from the same file."""
    torch.save(published(name), tmp_path / "net.pth")
    monkeypatch.setattr(
        WeightsEnum, "get_state_dict", lambda *_, **__: torch.load(tmp_path / "net.pth", weights_only=True)
    )
    theirs = models.get_model(name, weights="DEFAULT").eval().double()
    net = torchvision_imagenet.build(name)
    torchvision_imagenet.load_published(name, net, tmp_path / "net.pth")
    ours = replace(torchvision_imagenet.classifier(name, net), net=net.double())
    images = draw(ours).double()
    how = models.get_model_weights(name).DEFAULT.transforms()
    with torch.no_grad():
        assert torch.allclose(ours(images), theirs(normalize(images, how.mean, how.std)), atol=0, rtol=1e-9)


@pytest.mark.parametrize("name", ["googlenet", "densenet121", "mnasnet0_5", "mobilenet_v3_small"])
def test_loading_as_torchvision_does(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_as_torchvision(name, tmp_path, monkeypatch)


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "mobilenet_v2", "efficientnet_b0", "swin_t"])
def test_a_photograph_arrives_as_torchvisions_transforms_give_it(name: str) -> None:
    """Resize and crop of 256 or 232 pixels, bilinear or bicubic: to one of 256 steps, and on average far closer."""
    made = of_torchvision(name)
    how = models.get_model_weights(name).DEFAULT.transforms()
    for each in samples.gallery("photographs")[:3]:
        picture = samples.stored_picture(each.id)
        std = torch.tensor(made.std).view(3, 1, 1)
        ours = (fit(picture, made) - torch.tensor(made.mean).view(3, 1, 1)) / std
        apart = (ours - how(Image.fromarray(picture.pixels))).mul(std).abs() * 255
        assert apart.max() < 1.01
        assert apart.mean() < 0.3


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_loading_every_family_as_torchvision_does(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_as_torchvision(name, tmp_path, monkeypatch)
