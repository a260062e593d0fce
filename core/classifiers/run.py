"""Classifiers that runs have refined: the best and the last weights in the folder of each run."""

import hashlib
import importlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.base.paths import home
from core.checkpoints.tensor_files import LARGEST, fit, inner_card, parse_tensors
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Progress, Source

NAME = re.compile(r"(\d{8}-\d{6}-[0-9a-f]{8})(\.last)?")  # a run's, as core.runs.store gives it
KEY = re.compile(r"[a-z][a-z0-9_]*")


def weights_file(checkpoint: str) -> Path:
    """Where the weights lie; ValueError if this is no name of a run's weights."""
    found = NAME.fullmatch(checkpoint)
    if found is None:
        raise ValueError(f"expected a run such as 20260101-120000-0123abcd, got {checkpoint[:60]!r}")
    return home() / "runs" / found[1] / ("last.safetensors" if found[2] else "best.safetensors")


def said(name: str) -> str:
    """A run's name for people: when it was submitted, and what tells it from others of that minute.

    >>> said("20261120-083640-0123abcd")
    'run of 2026-11-20 08:36 UTC, 0123abcd'
    """
    return f"run of {name[:4]}-{name[4:6]}-{name[6:8]} {name[9:11]}:{name[11:13]} UTC, {name[-8:]}"


class RunWeights(Source):
    """`RUN_ID` is the best weights of a run, `RUN_ID.last` the last ones. The card in their header says what they are.

    A run may be deleted at any moment, by another process too.
    """

    key = "run"
    title = "Refined in your runs"

    def checkpoints(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        place = home() / "runs"
        for folder in sorted(place.iterdir(), reverse=True) if place.is_dir() else []:
            if not NAME.fullmatch(folder.name) or not (folder / "best.safetensors").is_file():
                continue
            try:
                card = json.loads((folder / "best.json").read_text(encoding="utf-8"))
                title = str(card["title"])
            except (OSError, ValueError, KeyError, TypeError):
                title = "Refined"
            found[folder.name] = f"{title} · {said(folder.name)}"
            if (folder / "last.safetensors").is_file():
                found[f"{folder.name}.last"] = f"{title} · {said(folder.name)}, last weights"
        return found

    def stamp(self, checkpoint: str) -> str:
        try:
            facts = weights_file(checkpoint).stat()
        except (OSError, ValueError):
            return ""
        return f"{facts.st_mtime_ns} {facts.st_size}"

    def load(self, checkpoint: str, progress: Progress | None = None) -> Classifier:
        path = weights_file(checkpoint)
        name = path.parent.name
        try:
            if path.stat().st_size > LARGEST:
                raise ValueError(f"the weights of run {name} are larger than {LARGEST // 10**9} GB")
            raw = path.read_bytes()
            tensors, card = parse_tensors(raw, path.name), inner_card(path)
        except FileNotFoundError as error:
            raise OSError(f"the weights of run {name} are not there (any more)") from error
        made = _empty(card, progress)
        fit(made.net, tensors, f"run {name}")
        made.net.eval()
        labels = tuple(str(label) for label in card.get("labels", made.labels))
        digest = hashlib.sha256(raw).hexdigest()
        return replace(made, labels=labels, key=f"run:{checkpoint}", fingerprint=digest)


def _empty(card: Mapping[str, Any], progress: Progress | None) -> Classifier:
    """The architecture a card names, by its source, whose own weights are not needed where it can do without them."""
    key, _, checkpoint = str(card.get("origin", "")).partition(":")
    if not KEY.fullmatch(key) or key == "run":
        raise ValueError("the card of these weights does not say of which architecture they are")
    try:
        sources: tuple[type[Source], ...] = importlib.import_module(f"core.classifiers.{key}").CLASSIFIERS
    except ModuleNotFoundError as error:
        raise ValueError(f"there is no source of classifiers called {key}") from error
    fresh = getattr(sources[0], "fresh", None)
    made: Classifier = fresh() if fresh else sources[0]().load(checkpoint, progress)
    return made


CLASSIFIERS: tuple[type[Source], ...] = (RunWeights,)
