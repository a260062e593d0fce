"""The user's own models: safetensors, a card in JSON, an architecture from the allow-list. No code is loaded."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from core.base.atomic_files import write_whole
from core.base.paths import home
from core.checkpoints import tensor_files
from core.checkpoints.card import Card
from core.classifiers._architectures import Architecture as Architecture
from core.classifiers._architectures import architecture as architecture
from core.classifiers._architectures import empty, head
from core.classifiers._architectures import names as names
from core.classifiers._card_checks import LARGEST_SIDE, class_names, finite_numbers, image_size
from core.classifiers._last_maps import cam_layer
from core.classifiers.torchvision_imagenet import SIDE_BRANCHES
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Progress, Source

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def install(
    raw: bytes,
    architecture: str,
    labels: Sequence[str],
    name: str,
    *,
    size: Sequence[int] | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    resize: int | None = None,
) -> str:
    """Check the bytes of a safetensors file and keep them as the model `name`; returns "own:name".

    labels: the class names, in the order of the logits. size (C, H, W), mean and std by channel, and resize (the
    shorter side before the centre crop; 0: none) are the architecture's usual ones unless given. ValueError in one
    sentence if anything does not fit, OSError if it cannot be stored.
    """
    if not NAME.fullmatch(name):
        raise ValueError("expected a model name of 1 to 40 letters, digits, - and _, beginning with a letter or digit")
    folder = home() / "models"
    if (folder / f"{name}.json").exists():
        raise ValueError(f"there is already a model called {name}; choose another name")
    if len(raw) > tensor_files.LARGEST:
        raise ValueError(f"{name} is larger than {tensor_files.LARGEST // 10**9} GB")
    card = Card(
        architecture=architecture, labels=list(labels), size=_listed(size), mean=_listed(mean), std=_listed(std),
        resize=resize, sha256=hashlib.sha256(raw).hexdigest(),
    )  # fmt: skip
    _assemble(name, card, raw)
    path = folder / f"{name}.safetensors"
    write_whole(path, raw)
    card.write(path)
    return f"own:{name}"


def _listed(values: Sequence[float] | None) -> Any:
    return None if values is None else list(values)


def _assemble(name: str, card: Card, raw: bytes) -> Classifier:
    """The classifier that a card and weights describe, everything checked; ValueError in one sentence."""
    digest = hashlib.sha256(raw).hexdigest()
    if card.sha256 not in (None, digest):
        raise ValueError(f"the weights of {name} are not the ones its card describes; install them again")
    design = architecture(str(card.architecture or ""))
    labels = class_names(card.labels)
    size = image_size(_given(card.size, design.size))
    usual = size[0] == design.size[0]
    mean = finite_numbers(_given(card.mean, design.mean if usual else (0.5,) * size[0]), "mean", size[0])
    std = finite_numbers(_given(card.std, design.std if usual else (0.5,) * size[0]), "std", size[0])
    if min(std) <= 0:
        raise ValueError("expected every std to be above 0")
    (resize,) = finite_numbers([_given(card.resize, design.resize if size == design.size else 0)], "resize", 1)
    if resize and not max(size[1:]) <= resize <= 4 * LARGEST_SIDE:
        raise ValueError(f"expected a resize of 0 or at least the longer side, {max(size[1:])}, got {resize:g}")
    tensors = {k: v for k, v in tensor_files.parse_tensors(raw, name).items() if not k.startswith(SIDE_BRANCHES)}
    net = _filled(name, design, tensors, labels, size)
    layer = design.cam_layer if design.cam_layer is not None else cam_layer(net, size)
    gallery = "mnist" if size[0] == 1 else "cifar10" if max(size[1:]) <= 64 else "photographs"
    return Classifier(
        net, labels, size, mean, std, key=f"own:{name}", fingerprint=digest, cam_layer=layer, resize=int(resize),
        samples=gallery,
    )  # fmt: skip


def _given(said: Any, usual: Any) -> Any:
    """What a card says, or what is usual where it says nothing."""
    return usual if said is None else said


def _filled(
    name: str,
    design: Architecture,
    tensors: dict[str, torch.Tensor],
    labels: tuple[str, ...],
    size: tuple[int, int, int],
) -> nn.Module:
    """The network with its weights; the number of classes is read off the head and compared with the labels."""
    net = empty(design, len(labels), size)
    last = head(net)
    if last in tensors and tensors[last].ndim >= 2 and len(tensors[last]) != len(labels):
        raise ValueError(f"the weights tell {len(tensors[last])} classes apart, but {len(labels)} labels were given")
    tensor_files.fit(net, tensors, name)
    if broken := [key for key, value in net.state_dict().items() if not torch.isfinite(value).all()]:
        raise ValueError(f"the weights hold values that are not finite numbers, in {broken[0]}")
    return net


class Own(Source):
    key = "own"
    title = "Your own models"

    def checkpoints(self) -> Mapping[str, str]:
        folder = home() / "models"
        cards = sorted(folder.glob("*.json")) if folder.is_dir() else []
        found = [
            card.stem for card in cards if NAME.fullmatch(card.stem) and card.with_suffix(".safetensors").is_file()
        ]
        return {name: f"Own model, {name}" for name in found}

    def stamp(self, checkpoint: str) -> str:
        path = home() / "models" / f"{checkpoint}.safetensors"
        if not NAME.fullmatch(checkpoint) or not path.is_file():
            return ""
        facts = path.stat()
        return f"{facts.st_mtime_ns} {facts.st_size}"

    def load(self, checkpoint: str, progress: Progress | None = None) -> Classifier:
        if checkpoint not in self.checkpoints():
            raise ValueError(f"there is no own model called {checkpoint[:40]!r}")
        path = home() / "models" / f"{checkpoint}.safetensors"
        if path.stat().st_size > tensor_files.LARGEST:
            raise ValueError(f"{path.name} is larger than {tensor_files.LARGEST // 10**9} GB")
        card = Card.read(path)
        if card is None:
            raise ValueError(f"the card {checkpoint}.json is not a readable JSON object")
        return _assemble(checkpoint, card, path.read_bytes())


CLASSIFIERS: tuple[type[Source], ...] = (Own,)
