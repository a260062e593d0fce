"""Architectures of timm: built by name, never fetched, with timm's preprocessing unless told otherwise."""

import socket
import sys

import pytest
import timm
import torch
from safetensors.torch import save
from torch import nn

from core.attacks.pgd import PGD
from core.catalog import load_classifier
from core.classifiers._architectures import architecture
from core.classifiers.own import install
from core.explainers.grad_cam_pp import GradCAMPP

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(autouse=True)
def nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", no)


def made(name: str, channels: int = 3) -> nn.Module:
    torch.manual_seed(0)
    return timm.create_model(name, pretrained=False, num_classes=3, in_chans=channels).eval()


@pytest.mark.parametrize(("name", "layer"), [
    ("resnet18", "layer4"), ("vit_tiny_patch16_224", "blocks.11.norm1"), ("swin_tiny_patch4_window7_224", ""),
    ("mobilenetv3_small_050", None), ("convnext_atto", None),
])  # fmt: skip
def test_own_weights_in_an_architecture_of_timm(name: str, layer: str | None) -> None:
    net = made(name)
    if name.startswith("vit"):
        nn.init.normal_(net.head.weight)
    model = load_classifier(install(save(net.state_dict()), f"timm:{name}", ["a", "b", "c"], "mine"))
    config = timm.get_pretrained_cfg(name)
    assert (model.mean, model.std, model.size) == (config.mean, config.std, config.input_size)
    assert layer is None or model.cam_layer == layer
    x = torch.rand(1, *model.size)
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (config.mean, config.std))
    with torch.no_grad():
        assert torch.allclose(model(x), net((x - mean) / std), atol=1e-5)
    if model.cam_layer:
        assert GradCAMPP()(model, x, torch.tensor([1])).values.isfinite().all()
    else:
        assert GradCAMPP().obstacle(model)


def test_greyscale_at_another_size_that_pgd_fools() -> None:
    net = made("resnet10t", 1)
    key = install(
        save(net.state_dict()), "timm:resnet10t", ["a", "b", "c"], "grey", size=(1, 64, 64), mean=[0.4], std=[0.3]
    )
    model, x = load_classifier(key), torch.rand(2, 1, 64, 64)
    answers = model.probabilities(x).argmax(1)
    attacked = PGD(eps=0.25, steps=10)(model, x, answers)
    assert (attacked - x).abs().max() > 0
    assert model(attacked).gather(1, answers[:, None]).sum() < model(x).gather(1, answers[:, None]).sum()


@pytest.mark.parametrize(("name", "near"), [
    ("timm:resnet18x", "resnet18"), ("timm:hf-hub:somebody/model", ""), ("timm:", ""),
    ("timm:resnet18.nobodys", "resnet18"), ("timm:../x", ""),
])  # fmt: skip
def test_unknown_names_are_one_sentence_with_the_nearest(name: str, near: str) -> None:
    with pytest.raises(ValueError, match="timm has no architecture") as caught:
        architecture(name)
    assert near in str(caught.value)


def test_a_tag_names_the_preprocessing() -> None:
    assert architecture("timm:vit_base_patch16_224.augreg_in21k").usual.mean == (0.5, 0.5, 0.5)


@pytest.mark.parametrize(("name", "resize"), [
    ("resnet18.a1_in1k", 235), ("resnet50.a1_in1k", 235), ("vit_base_patch16_224.augreg_in21k", 248), ("resnet18", 235),
])  # fmt: skip
def test_pictures_are_scaled_as_timm_itself_does(name: str, resize: int) -> None:
    usual = architecture(f"timm:{name}").usual
    theirs = timm.data.create_transform(**timm.data.resolve_data_config({}, model=made(name)))
    assert usual.resize == theirs.transforms[0].size == resize


def test_another_way_to_cut_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    said = architecture("timm:coat_lite_medium_384.in1k").notes
    assert "squashes a whole picture" in said[0]
    assert architecture("timm:resnet18").notes == ()
    monkeypatch.setattr("core.classifiers._timm.notes", lambda _: said)
    key = install(save(made("resnet10t").state_dict()), "timm:resnet10t", ["a", "b", "c"], "squashed")
    assert said[0] in load_classifier(key).notes


def test_without_timm_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(ValueError, match=r"install counterproof\[timm\]$"):
        architecture("timm:resnet18")
