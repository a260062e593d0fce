"""Classifiers that runs have refined: the best and the last weights in the folder of each run."""

import hashlib
import importlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch

from core.access.belonging import Belonging
from core.access.permission import visible
from core.base import run_folder
from core.base.errors import with_advice
from core.base.file_stamp import file_stamp
from core.checkpoints.card import Card
from core.checkpoints.tensor_files import LARGEST, fit, parse_tensors
from core.classifiers._architectures import head
from core.classifiers._layers import as_on_card
from core.classifiers._two_classes import TwoClasses
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Progress, Source
from core.contracts.probe import expect_answers

KEY = re.compile(r"[a-z][a-z0-9_]*")


class RunWeights(Source):
    """`RUN_ID` is the best weights of a run, `RUN_ID.last` the last ones. The card in their header says what they are.

    A run may be deleted at any moment, by another process too.
    """

    key = "run"
    title = "Refined in your runs"

    def checkpoints(self) -> Mapping[str, str]:
        titles: dict[str, str] = {}
        place = run_folder.runs_folder()
        for folder in sorted(place.iterdir(), reverse=True) if place.is_dir() else []:
            if not run_folder.is_name(folder.name) or not _there(folder / run_folder.BEST) or not _may_see(folder):
                continue
            title = f"{_title(folder / run_folder.BEST)} · {run_folder.said(folder.name)}"
            titles[folder.name] = title
            if _there(folder / run_folder.LAST):
                titles[run_folder.last_of(folder.name)] = f"{title}, last weights"
        return titles

    def stamp(self, checkpoint: str) -> str:
        try:
            path = run_folder.weights(checkpoint)
        except ValueError:
            return ""
        return file_stamp(path, path.with_suffix(".json"))

    def load(self, checkpoint: str, progress: Progress | None = None) -> Classifier:
        path = run_folder.weights(checkpoint)
        name = path.parent.name
        if not _may_see(path.parent):
            raise OSError(f"the weights of run {name} are not there (any more)")
        try:
            if path.stat().st_size > LARGEST:
                raise ValueError(f"the weights of run {name} are larger than {LARGEST // 10**9} GB")
            raw = path.read_bytes()
            tensors, card = parse_tensors(raw, path.name), Card.inside(path)
        except FileNotFoundError as error:
            raise OSError(f"the weights of run {name} are not there (any more)") from error
        made = as_on_card(_empty(card, progress), card.layers, f"the card of run {name}")
        labels = tuple(card.labels or made.labels)
        told = len(labels) if isinstance(made.net, TwoClasses) else len(tensors.get(head(made.net), labels))
        if told != len(labels):
            raise ValueError(f"the card of run {name} names {len(labels)} classes, but its network tells {told} apart")
        fit(made.net, tensors, f"run {name}")
        made.net.eval()
        if len(labels) != (told := _outputs(made)):
            raise ValueError(f"the card of run {name} names {len(labels)} classes, but its network tells {told} apart")
        digest = hashlib.sha256(raw).hexdigest()
        return expect_answers(replace(made, labels=labels, key=f"run:{checkpoint}", fingerprint=digest))


def _may_see(folder: Path) -> bool:
    """Whether who is acting may see the run in this folder."""
    return visible(Belonging(folder / run_folder.OWNER))


def _title(weights: Path) -> str:
    """What the card beside a run's weights calls them, or why that cannot be read; the weights hold it too."""
    try:
        card = Card.read(weights)
    except (OSError, ValueError) as error:
        return f"Refined; {with_advice(error)}"
    return card.title if card and card.title else "Refined"


def _there(path: Path) -> bool:
    """Whether this is a file; one in a folder that cannot be read is not."""
    try:
        return path.is_file()
    except OSError:
        return False


def _outputs(made: Classifier) -> int:
    """How many classes a network tells apart, tried on one image."""
    with torch.no_grad():
        return int(made.net(torch.zeros(1, *made.size)).shape[1])


def _empty(card: Card, progress: Progress | None) -> Classifier:
    """The architecture a card names, by its source, whose own weights are not needed where it can do without them."""
    key, _, checkpoint = str(card.origin or "").partition(":")
    if not KEY.fullmatch(key) or key == "run":
        raise ValueError("the card of these weights does not say of which architecture they are")
    try:
        sources: tuple[type[Source], ...] = importlib.import_module(f"core.classifiers.{key}").CLASSIFIERS
    except ModuleNotFoundError as error:
        raise ValueError(f"there is no source of classifiers called {key}") from error
    fresh = getattr(sources[0], "fresh", None)
    labels = tuple(map(str, card.labels or ()))
    if fresh is None:
        return sources[0]().load(checkpoint, progress)
    made: Classifier = fresh(labels=labels) if labels else fresh()
    return made


CLASSIFIERS: tuple[type[Source], ...] = (RunWeights,)
