"""The user's own models: safetensors, a card in JSON, an architecture from the allow-list. No code is loaded."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.access.belonging import belonging, is_visible
from core.access.permission import require
from core.audit.events import ADDED
from core.audit.hashes import hashes_of
from core.audit.record import record
from core.base.atomic_files import write_whole
from core.base.file_stamp import file_stamp
from core.base.held import held
from core.checkpoints import tensor_files
from core.checkpoints.card import Card
from core.checkpoints.card_values import refuse_misspelt
from core.classifiers import _own_files as files
from core.classifiers._architectures import Architecture as Architecture
from core.classifiers._architectures import architecture as architecture
from core.classifiers._architectures import names as names
from core.classifiers._findings import JOINT as JOINT
from core.classifiers._findings import names as _names
from core.classifiers._own_assembled import ONNX as ONNX
from core.classifiers._own_assembled import assembled, findings
from core.classifiers._own_files import free_name as free_name
from core.classifiers._own_files import plain_name as plain_name
from core.classifiers._two_classes import OUTPUTS as OUTPUTS
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Progress, Source
from core.contracts.preprocessing import Preprocessing


def finding_names(findings: Sequence[str]) -> tuple[str, ...]:
    """The short name by which each finding of a multi-label model is chosen, behind the model's name and `JOINT`."""
    return _names(findings)


def install(
    raw: bytes,
    architecture: str,
    labels: Sequence[str],
    name: str,
    *,
    size: Sequence[float] | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    range: Sequence[float] | None = None,
    resize: int | None = None,
    interpolation: str | None = None,
    output: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> str:
    """Check the bytes of a safetensors file and keep them as the model `name`; returns "own:name".

    labels: the class names, in the order of the logits. size (C, H, W), mean and std by channel, resize (the
    shorter side before the centre crop; 0: none) and interpolation are the architecture's usual ones unless given.
    range: what 0 and 1 of a picture become before mean and std are used, 0 and 1 unless given. output: "sigmoid" (one,
    of two labels), or "multi-label": the labels are findings, each a model of its own, "own:name@finding"; the first
    one's name is returned.
    say: takes sentences on what was done to the weights, and will be to pictures. ValueError in one sentence if
    anything does not fit, or who is acting may not add models; OSError if it cannot be stored.
    """
    require("model")
    if not files.NAME.fullmatch(name):
        raise ValueError(f"expected a model name of {files.ALLOWED}")
    path = files.folder() / f"{name}.safetensors"
    _expect_free(name, path)
    if len(raw) > tensor_files.LARGEST:
        raise ValueError(f"{name} is larger than {tensor_files.LARGEST // 10**9} GB")
    card = Card(
        architecture=architecture, labels=list(labels), size=_listed(size), mean=_listed(mean), std=_listed(std),
        range=_listed(range), resize=resize, interpolation=interpolation, output=output,
        sha256=hashlib.sha256(raw).hexdigest(),
    )  # fmt: skip
    made = assembled(name, card, raw)
    with held(path.parent / f".{name}.lock", f"somebody is adding a model called {name} just now; choose another name"):
        _expect_free(name, path)  # somebody may have been faster
        with belonging("models", name).anew():
            write_whole(path, raw)
            replace(card, **Preprocessing.of(made).entries(), range=None).write(path)  # it is part of mean and std now
    files_added = {f"models/{each}": digest for each, digest in hashes_of(path.parent, _both(path)).items()}
    untold = record(ADDED, {"what": "model", "name": f"own:{name}", "files": files_added})
    for note in (*made.notes, f"Pictures are prepared so: {Preprocessing.of(made).said}.", *filter(None, [untold])):
        say(note)
    return made.key


def _expect_free(name: str, path: Path) -> None:
    if name in files.weights() or path.with_suffix(".json").exists():
        raise ValueError(f"there is already a model called {name}; choose another name")


def _both(path: Path) -> tuple[str, str]:
    return path.name, path.with_suffix(".json").name


def _listed(values: Sequence[float] | None) -> Any:
    return None if values is None else list(values)


class Own(Source):
    key = "own"
    title = "Your own models"

    def checkpoints(self) -> Mapping[str, str]:
        titles: dict[str, str] = {}
        for name, path in files.weights().items():
            if not is_visible("models", name):
                continue
            reason = files.obstacle(name, path)
            title = f"Own model, {files.called(path)}"
            parts = {} if reason else findings(Card.read(path) or Card())
            titles |= {f"{name}{JOINT}{short}": f"{title}: {each}" for short, each in parts.items()}
            if not parts:
                titles[name] = title + (f" (cannot be read: {reason})" if reason else "")
        return titles

    def stamp(self, checkpoint: str) -> str:
        path = files.weights().get(checkpoint.partition(JOINT)[0])
        return file_stamp(path, path.with_suffix(".json")) if path else ""

    def load(self, checkpoint: str, progress: Progress | None = None) -> Classifier:
        checkpoint, _, finding = checkpoint.partition(JOINT)
        path = files.weights().get(checkpoint)
        if path is None or not is_visible("models", checkpoint):
            raise ValueError(f"there is no own model called {checkpoint[:40]!r}")
        if reason := files.obstacle(checkpoint, path):
            raise ValueError(f"the model {files.called(path)} cannot be read: {reason}")
        if path.stat().st_size > tensor_files.LARGEST:
            raise ValueError(f"{path.name} is larger than {tensor_files.LARGEST // 10**9} GB")
        card = Card.read(path)
        if card is None:
            raise ValueError(f"the card {checkpoint}.json is not there (any more)")
        refuse_misspelt(card, f"the card {checkpoint}.json")
        return assembled(checkpoint, card, path.read_bytes(), finding)


CLASSIFIERS: tuple[type[Source], ...] = (Own,)
