"""The user's own models: safetensors, a card in JSON, an architecture from the allow-list. No code is loaded."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.audit.events import ADDED
from core.audit.hashes import hashes_of
from core.audit.record import record
from core.base.atomic_files import write_whole
from core.base.file_stamp import file_stamp
from core.checkpoints import tensor_files
from core.checkpoints.card import Card
from core.checkpoints.card_values import refuse_misspelt
from core.classifiers import _own_files as files
from core.classifiers._architectures import Architecture as Architecture
from core.classifiers._architectures import architecture as architecture
from core.classifiers._architectures import names as names
from core.classifiers._card_checks import class_names, preprocessing
from core.classifiers._last_maps import cam_layer
from core.classifiers._own_files import free_name as free_name
from core.classifiers._own_files import plain_name as plain_name
from core.classifiers._own_weights import network
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Progress, Source
from core.contracts.preprocessing import Preprocessing
from core.contracts.probe import expect_answers


def install(
    raw: bytes,
    architecture: str,
    labels: Sequence[str],
    name: str,
    *,
    size: Sequence[float] | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    resize: int | None = None,
    interpolation: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> str:
    """Check the bytes of a safetensors file and keep them as the model `name`; returns "own:name".

    labels: the class names, in the order of the logits. size (C, H, W), mean and std by channel, resize (the
    shorter side before the centre crop; 0: none) and interpolation are the architecture's usual ones unless given.
    say: takes sentences on what was done to the weights, and will be to pictures. ValueError in one sentence if
    anything does not fit, OSError if it cannot be stored.
    """
    if not files.NAME.fullmatch(name):
        raise ValueError(f"expected a model name of {files.ALLOWED}")
    path = files.folder() / f"{name}.safetensors"
    if name in files.weights() or path.with_suffix(".json").exists():
        raise ValueError(f"there is already a model called {name}; choose another name")
    if len(raw) > tensor_files.LARGEST:
        raise ValueError(f"{name} is larger than {tensor_files.LARGEST // 10**9} GB")
    card = Card(
        architecture=architecture, labels=list(labels), size=_listed(size), mean=_listed(mean), std=_listed(std),
        resize=resize, interpolation=interpolation, sha256=hashlib.sha256(raw).hexdigest(),
    )  # fmt: skip
    made = _assemble(name, card, raw)
    write_whole(path, raw)
    replace(card, **Preprocessing.of(made).entries()).write(path)
    files_added = {f"models/{each}": digest for each, digest in hashes_of(path.parent, _both(path)).items()}
    untold = record(ADDED, {"what": "model", "name": f"own:{name}", "files": files_added})
    for note in (*made.notes, f"Pictures are prepared so: {Preprocessing.of(made).said}.", *filter(None, [untold])):
        say(note)
    return f"own:{name}"


def _both(path: Path) -> tuple[str, str]:
    return path.name, path.with_suffix(".json").name


def _listed(values: Sequence[float] | None) -> Any:
    return None if values is None else list(values)


def _assemble(name: str, card: Card, raw: bytes) -> Classifier:
    """The classifier that a card and weights describe, everything checked; ValueError in one sentence."""
    digest = hashlib.sha256(raw).hexdigest()
    if card.sha256 not in (None, digest):
        raise ValueError(f"the weights of {name} are not the ones its card describes; install them again")
    design = architecture(str(card.architecture or ""))
    labels = class_names(card.labels)
    how = preprocessing(card, design.usual)
    net, notes = network(name, design, tensor_files.parse_tensors(raw, name), labels, how)
    layer = design.cam_layer if design.cam_layer is not None else cam_layer(net, how.size)
    gallery = "mnist" if how.size[0] == 1 else "cifar10" if max(how.size[1:]) <= 64 else "photographs"
    made = how.around(
        net, labels, key=f"own:{name}", fingerprint=digest, cam_layer=layer, samples=gallery, notes=tuple(notes)
    )
    return expect_answers(made)


class Own(Source):
    key = "own"
    title = "Your own models"

    def checkpoints(self) -> Mapping[str, str]:
        titles = {}
        for name, path in files.weights().items():
            reason = files.obstacle(name, path)
            titles[name] = f"Own model, {files.called(path)}" + (f" (cannot be read: {reason})" if reason else "")
        return titles

    def stamp(self, checkpoint: str) -> str:
        path = files.weights().get(checkpoint)
        return file_stamp(path, path.with_suffix(".json")) if path else ""

    def load(self, checkpoint: str, progress: Progress | None = None) -> Classifier:
        path = files.weights().get(checkpoint)
        if path is None:
            raise ValueError(f"there is no own model called {checkpoint[:40]!r}")
        if reason := files.obstacle(checkpoint, path):
            raise ValueError(f"the model {files.called(path)} cannot be read: {reason}")
        if path.stat().st_size > tensor_files.LARGEST:
            raise ValueError(f"{path.name} is larger than {tensor_files.LARGEST // 10**9} GB")
        card = Card.read(path)
        if card is None:
            raise ValueError(f"the card {checkpoint}.json is not there (any more)")
        refuse_misspelt(card, f"the card {checkpoint}.json")
        return _assemble(checkpoint, card, path.read_bytes())


CLASSIFIERS: tuple[type[Source], ...] = (Own,)
