"""The user's own models: what fits is installed and gives its network's answers, the rest is refused in words."""

import io
import json
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save
from torch import nn

from core.catalog import classifier_names, load_classifier
from core.classifiers import _architectures as architectures
from core.classifiers.cifar10_resnet20 import ResNet20
from core.classifiers.mnist_cnn import MnistCNN
from core.classifiers.own import Own, install
from core.explainers.grad_cam_pp import GradCAMPP
from core.images import samples

THREE = ["cat", "dog", "nothing"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def resnet(classes: int = 3, channels: int = 3) -> nn.Module:
    torch.manual_seed(0)
    return ResNet20(classes, channels).eval()


def raw(net: nn.Module) -> bytes:
    return save(net.state_dict())


def test_installed_listed_loaded(home: Path) -> None:
    net = resnet()
    key = install(raw(net), "resnet20", THREE, "pets")
    assert key == "own:pets"
    assert Own().checkpoints() == {"pets": "Own model, pets"}
    assert classifier_names()["own:pets"] == "Own model, pets"
    loaded = load_classifier(key)
    images = torch.rand(2, 3, 32, 32)
    mean, std = torch.tensor(loaded.mean).view(3, 1, 1), torch.tensor(loaded.std).view(3, 1, 1)
    assert torch.equal(loaded(images), net((images - mean) / std))
    assert loaded.labels == tuple(THREE)
    assert loaded.key == key
    assert not loaded.net.training
    assert len(loaded.weights) == 64
    assert sorted(path.name for path in (home / "models").iterdir()) == ["pets.json", "pets.safetensors"]


def test_own_preprocessing_and_size() -> None:
    net = resnet(2, 1)
    install(
        raw(net), "resnet20", ["sick", "well"], "chest", size=(1, 64, 48), mean=(0.4,), std=(0.3,), resize=70
    )  # fmt: skip
    loaded = load_classifier("own:chest")
    assert (loaded.size, loaded.mean, loaded.std, loaded.resize) == ((1, 64, 48), (0.4,), (0.3,), 70)
    images = torch.rand(1, 1, 64, 48)
    assert torch.equal(loaded(images), net((images - 0.4) / 0.3))
    assert loaded.samples == "mnist"
    assert samples.sample_images(loaded, 2).shape == (2, 1, 64, 48)


@pytest.mark.parametrize(
    ("name", "size", "gallery"),
    [
        ("mnist_cnn", (1, 28, 28), "mnist"),
        ("efficientnet_lite0", (3, 224, 224), "photographs"),
        ("mobilenet_v3_small", (3, 224, 224), "photographs"),
        ("shufflenet_v2_x0_5", (3, 224, 224), "photographs"),
        ("mnasnet0_5", (3, 224, 224), "photographs"),
    ],
)
def test_architectures_of_the_allow_list(name: str, size: tuple[int, int, int], gallery: str) -> None:
    design = architectures.architecture(name)
    torch.manual_seed(1)
    net = design.build(3, size[0]).eval()
    loaded = load_classifier(install(raw(net), name, THREE, name))
    assert loaded.size == size
    assert loaded.samples == gallery
    images = torch.rand(1, *size)
    shape = (size[0], 1, 1)
    with torch.no_grad():
        mean, std = torch.tensor(design.usual.mean), torch.tensor(design.usual.std)
        by_hand = net((images - mean.view(shape)) / std.view(shape))
        assert torch.allclose(loaded(images), by_hand, atol=1e-6)
    with loaded.frozen(), loaded.watch(loaded.cam_layer) as seen:
        loaded(images)
    assert seen[0].ndim == 4
    found = GradCAMPP()(loaded, images, torch.tensor([1]))
    assert torch.isfinite(found.values).all()


def test_side_branches_are_left_out() -> None:
    from torchvision import models

    torch.manual_seed(0)
    net = models.googlenet(weights=None, num_classes=3, aux_logits=True, init_weights=False)
    loaded = load_classifier(install(raw(net), "googlenet", THREE, "inception"))
    assert loaded.probabilities(torch.rand(1, 3, 224, 224)).shape == (1, 3)


@pytest.mark.parametrize("name", ["resnet20", "mnist_cnn", "efficientnet_lite0", "squeezenet1_1", "swin_t", "vit_b_32"])
def test_the_head_tells_the_classes(name: str) -> None:
    design = architectures.architecture(name)
    net = design.build(7, design.size[0])
    assert len(net.state_dict()[architectures.head(net)]) == 7


@pytest.mark.slow
@pytest.mark.parametrize("name", architectures.names())
def test_the_head_of_every_architecture(name: str) -> None:
    test_the_head_tells_the_classes(name)


class Evil:
    """Would write a file if it were ever unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (exec, (f"open({str(self.path)!r}, 'w')",))


@pytest.mark.parametrize("kind", ["zip", "pickle", "old"])
def test_pickles_are_refused_and_not_run(kind: str, tmp_path: Path) -> None:
    out = io.BytesIO()
    if kind == "pickle":
        out.write(pickle.dumps(Evil(tmp_path / "ran")))
    else:
        torch.save(Evil(tmp_path / "ran"), out, _use_new_zipfile_serialization=kind == "zip")
    with pytest.raises(ValueError, match="pickle.*save it as safetensors"):
        install(out.getvalue(), "resnet20", THREE, "pets")
    assert not (tmp_path / "ran").exists()
    assert Own().checkpoints() == {}


def without(net: nn.Module, name: str) -> dict[str, torch.Tensor]:
    return {key: value for key, value in net.state_dict().items() if key != name}


def with_nan(net: nn.Module) -> dict[str, torch.Tensor]:
    return net.state_dict() | {"head.bias": torch.tensor([1.0, float("nan"), 0.0])}


WEIGHTS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not a readable safetensors"),
    "noise": (bytes(range(200)), "not a readable safetensors"),
    "html": (b"<html></html>", "not a readable safetensors"),
    "header too long": (struct.pack("<Q", 2**62) + b"{}", "not a readable safetensors"),
    "cut": (raw(resnet())[:5000], "not a readable safetensors"),
    "no tensors": (save({}), "missing: blocks.0.bn1.bias"),
    "missing": (save(without(resnet(), "head.bias")), "missing: head.bias$"),
    "unexpected": (save(resnet().state_dict() | {"extra <b>": torch.ones(1)}), "unexpected: extra _b_$"),
    "nan": (save(with_nan(resnet())), "not finite numbers, in head.bias"),
    "too many classes": (raw(resnet(10)), "the weights tell 10 classes apart, but 3 labels were given"),
    "another network": (raw(MnistCNN(3)), "Tensors missing: .* unexpected: "),
    "greyscale": (raw(resnet(3, 1)), r"of another shape: stem.0.weight \(16, 1, 3, 3\) instead of \(16, 3, 3, 3\)"),
}


@pytest.mark.parametrize("case", WEIGHTS)
def test_weights_that_do_not_fit(case: str, home: Path) -> None:
    given, words = WEIGHTS[case]
    with pytest.raises(ValueError, match=words) as caught:
        install(given, "resnet20", THREE, "pets")
    assert "\n" not in str(caught.value)
    assert "<" not in str(caught.value)
    assert not home.exists()


CARDS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown architecture": ({"architecture": "os.system"}, "no architecture 'os.system'"),
    "a path": ({"architecture": "../resnet20"}, "no architecture"),
    "detection": ({"architecture": "fasterrcnn_resnet50_fpn"}, "no architecture"),
    "name with a path": ({"name": "../pets"}, "expected a model name"),
    "name with a colon": ({"name": "a:b"}, "expected a model name"),
    "empty name": ({"name": ""}, "expected a model name"),
    "long name": ({"name": "a" * 41}, "expected a model name"),
    "newline": ({"name": "pets\n"}, "expected a model name"),
    "one label": ({"labels": ["cat"]}, "at least 2 labels"),
    "an empty label": ({"labels": ["cat", " ", "dog"]}, "none of them empty"),
    "the same label": ({"labels": ["cat", "dog", "cat"]}, "'cat' stands there more than once"),
    "labels of numbers": ({"labels": [1, 2, 3]}, "list of names"),
    "four labels": ({"labels": ["a", "b", "c", "d"]}, "tell 3 classes apart, but 4 labels were given"),
    "a std of zero": ({"std": (0.1, 0, 0.1)}, "above 0"),
    "two means": ({"mean": (0.5, 0.5)}, "mean as 3 finite numbers"),
    "a mean that is no number": ({"mean": (0.5, float("nan"), 0.5)}, "mean as 3 finite numbers"),
    "an endless mean": ({"mean": (10**400, 0, 0)}, "mean as 3 finite numbers"),
    "two channels": ({"size": (2, 32, 32)}, "1 or 3 channels"),
    "a huge size": ({"size": (3, 5000, 5000)}, "sides up to 1024"),
    "half a pixel": ({"size": (3, 32.5, 32)}, "whole sides"),
    "a small resize": ({"resize": 16}, "resize of 0 or at least"),
    "a greyscale efficientnet": ({"architecture": "efficientnet_lite0", "size": (1, 224, 224)}, "takes images of 3"),
    "too small for it": ({"architecture": "mnist_cnn", "size": (3, 64, 64)}, "cannot take images of 64 x 64"),
    "vit of another size": ({"architecture": "vit_b_32", "size": (3, 100, 100)}, "cannot take images of 100 x 100"),
}


@pytest.mark.parametrize("case", CARDS)
def test_cards_that_do_not_fit(case: str, home: Path) -> None:
    changes, words = CARDS[case]
    given = {"architecture": "resnet20", "labels": THREE, "name": "pets"} | changes
    with pytest.raises(ValueError, match=words) as caught:
        install(raw(resnet()), **given)
    assert "\n" not in str(caught.value)
    assert not home.exists()


def test_labels_become_plain_text() -> None:
    install(raw(resnet()), "resnet20", ["a\ncat", "d\u202eog\x00", "  x  y "], "pets")
    assert load_classifier("own:pets").labels == ("a cat", "dog", "x y")


def test_a_name_is_taken_once() -> None:
    install(raw(resnet()), "resnet20", THREE, "pets")
    with pytest.raises(ValueError, match="already a model called pets"):
        install(raw(resnet()), "resnet20", THREE, "pets")


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.checkpoints.tensor_files.LARGEST", 1000)
    with pytest.raises(ValueError, match="larger than"):
        install(raw(resnet()), "resnet20", THREE, "pets")


def test_a_folder_that_cannot_be_written(home: Path) -> None:
    home.mkdir()
    (home / "models").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="could not be stored"):
        install(raw(resnet()), "resnet20", THREE, "pets")


def test_files_put_there_by_hand(home: Path) -> None:
    folder = home / "models"
    folder.mkdir(parents=True)
    (folder / "mine.safetensors").write_bytes(raw(resnet()))
    (folder / "mine.json").write_text(json.dumps({"architecture": "resnet20", "labels": THREE}))
    (folder / "alone.json").write_text("{}")
    assert list(Own().checkpoints()) == ["mine"]
    assert load_classifier("own:mine").labels == tuple(THREE)


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("{", "the card mine.json is not readable as JSON"),
        ("[]", "the card mine.json is not a JSON object"),
        ("{}", "no architecture ''"),
        ('{"architecture": "resnet20"}', "labels as a list"),
        (
            '{"architecture": "resnet20", "labels": ["a", "b", "c"], "size": "large"}',
            "'size' as a list of whole numbers",
        ),
        (
            '{"architecture": "resnet20", "labels": ["a", "b", "c"], "resize": NaN}',
            "holds NaN, which is not a finite number",
        ),
        (
            '{"architecture": "resnet20", "lables": ["a", "b", "c"]}',
            "'lables' that no card has; the nearest is 'labels'",
        ),
        ('{"architecture": "resnet20", "labels": ["a", "b", "c"], "sha256": "0"}', "not the ones its card describes"),
    ],
)
def test_cards_spoilt_by_hand(home: Path, card: str, words: str) -> None:
    folder = home / "models"
    folder.mkdir(parents=True)
    (folder / "mine.safetensors").write_bytes(raw(resnet()))
    (folder / "mine.json").write_text(card)
    with pytest.raises(ValueError, match=words):
        load_classifier("own:mine")


@pytest.mark.parametrize("name", ["", "gone", "../../etc/passwd", "gone\n"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(ValueError, match="no own model"):
        load_classifier(f"own:{name}")
