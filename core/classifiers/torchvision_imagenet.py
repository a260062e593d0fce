"""Every ImageNet classifier torchvision offers, with its default weights, fetched on first use."""

import pickle
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import torch
from torch import nn

from core.base.download import fetch
from core.base.paths import home
from core.base.rng import seeded
from core.classifiers._last_maps import cam_layer
from core.classifiers._preprocessing import default_weights as default_weights
from core.classifiers._preprocessing import usual
from core.classifiers._tensor_names import SIDE_BRANCHES, of_torchvision
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Progress, Source


def names() -> tuple[str, ...]:
    """torchvision's names of its ImageNet classifiers, such as resnet50."""
    from torchvision import models

    return tuple(models.list_models(module=models))


def title(name: str) -> str:
    """What people call a torchvision model.

    >>> [title(name) for name in ("resnet50", "vit_b_16", "mnasnet0_75", "wide_resnet50_2")]
    ['ResNet-50', 'ViT B 16', 'MNASNet 0.75', 'Wide ResNet-50 2']
    """
    said = str(default_weights(name)).rpartition("_Weights")[0]
    said = re.sub(r"(?<!\d)(\d)_(\d)", r"\1.\2", said).replace("_", " ")
    return re.sub(r"([A-Za-z]Net|NeXt|VGG|NASNet)(?=(\d+)(\.?))", lambda m: m[1] + (" " if m[3] else "-"), said)


def build(name: str, classes: int = 1000, seed: int = 0) -> nn.Module:
    """The untrained network in evaluation mode, nothing in place, without side branches; inputs already normalised."""
    from torchvision import models

    plain = {"aux_logits": False, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
    with seeded(seed):
        net: nn.Module = models.get_model(name, weights=None, num_classes=classes, **plain)
    for module in net.modules():
        if hasattr(module, "inplace"):
            module.inplace = False  # type: ignore[assignment]
    return net.eval()


def weights_file(name: str) -> Path:
    """Where the default weights of a model lie once they were fetched."""
    return home() / "weights" / PurePosixPath(urlsplit(default_weights(name).url).path).name


def _where(name: str) -> str:
    """Whether the weights are here, in words."""
    with suppress(OSError):  # where nothing can be kept, nothing was
        if weights_file(name).is_file():
            return "on this machine"
    return f"fetched on first use ({default_weights(name).meta['_file_size']:.0f} MB)"


def load_published(name: str, net: nn.Module, path: Path) -> None:
    """Load a published state dict, its hash checked before, into `net`; ValueError if it does not fit."""
    try:
        tensors = torch.load(path, map_location="cpu", weights_only=True)
        for key in list(tensors):  # in place: the dict carries versions that the networks read
            if key.startswith(SIDE_BRANCHES):
                del tensors[key]
            elif (now := of_torchvision(key)) != key:
                tensors[now] = tensors.pop(key)
        net.load_state_dict(tensors)
    except (RuntimeError, pickle.UnpicklingError) as error:
        raise ValueError(f"the published weights of {title(name)} do not fit this torchvision") from error


def classifier(name: str, net: nn.Module) -> Classifier:
    """`net` with the preprocessing and the class names of torchvision's default weights for `name`."""
    labels, preprocessing = tuple(default_weights(name).meta["categories"]), usual(name)
    return preprocessing.around(
        net, labels, key=f"torchvision_imagenet:{name}", cam_layer=cam_layer(net, preprocessing.size),
        samples="photographs",
    )  # fmt: skip


class TorchvisionImageNet(Source):
    key = "torchvision_imagenet"
    title = "ImageNet photographs, torchvision's networks"

    def checkpoints(self) -> Mapping[str, str]:
        return {name: f"{title(name)} · ImageNet, {_where(name)}" for name in names()}

    def load(self, checkpoint: str, progress: Progress | None = None) -> Classifier:
        if checkpoint not in names():
            raise ValueError(f"torchvision has no ImageNet classifier {checkpoint!r}")
        record = default_weights(checkpoint)
        what = f"The weights of {title(checkpoint)} ({record.meta['_file_size']:.0f} MB)"
        path = weights_file(checkpoint)
        found = re.search(r"-([0-9a-f]{8,})\.pth$", path.name)
        if found is None:
            raise ValueError(f"{what} carry no hash in their name, so they cannot be checked")
        digest = fetch(record.url, path, found[1], what, progress)
        net = build(checkpoint)
        load_published(checkpoint, net, path)
        return replace(classifier(checkpoint, net), fingerprint=digest)


CLASSIFIERS: tuple[type[Source], ...] = (TorchvisionImageNet,)
