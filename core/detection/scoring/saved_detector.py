"""A detector on disk, its tensors as safetensors with its card beside, and its verdict on an image."""

import hashlib
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor

from core.access.of_runs import sees_what_came_of
from core.base import paths
from core.base.atomic_files import write_whole
from core.base.errors import Unreadable
from core.checkpoints.tensor_files import parse_tensors, write_tensors
from core.contracts.classifier import Classifier
from core.contracts.detector import Fitted
from core.contracts.finite import expect_finite
from core.detection.content_cache import ContentCache
from core.detection.scoring.detector_card import DetectorCard
from core.detection.signatures import signatures
from core.untrusted.foreign_json import read_object
from core.untrusted.regular_files import read_regular

LARGEST = 200 * 10**6  # bytes of a detector's tensors
LARGEST_CARD = 10**6
SUFFIX = ".safetensors"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, eq=False)
class SavedDetector:
    """A detector that was read back: its file, its card, and itself."""

    path: Path
    card: DetectorCard
    fitted: Fitted


@dataclass(frozen=True, eq=False)
class Verdict:
    """What a detector says of one image: `attacked` if `score` is above `threshold`.

    `false_alarm_rate`: the rate that the threshold was set for; `measured`: the share of originals called attacked in
    the test, with `interval` (95 %). `answer`: the class the classifier says; `signature` (H, W): what was looked at.
    """

    score: float
    threshold: float
    attacked: bool
    false_alarm_rate: float
    measured: float
    interval: tuple[float, float]
    answer: int
    signature: Tensor


def write(folder: Path, name: str, card: DetectorCard, fitted: Fitted) -> Path:
    """Write NAME.safetensors, the card in its header, and NAME.json with its sha256; returns the first.

    ValueError if `name` is no name of letters, digits, `_`, `.` and `-`; OSError in one sentence if it cannot be kept.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"expected a name of letters, digits, '_', '.' and '-', got {name[:60]!r}")
    path = folder / f"{name}{SUFFIX}"
    header = json.dumps(replace(card, sha256="").entries())
    told = replace(card, sha256=write_tensors(path, fitted.tensors, {"card": header}))
    write_whole(_beside(path), (json.dumps(told.entries(), indent=2) + "\n").encode())
    return path


def read(path: Path, classifier: Classifier) -> SavedDetector:
    """The detector in a file, for the classifier that it was made for.

    ValueError (Unreadable where a file is damaged) in one sentence if it was made for another, if the tensors are not
    those of its card, or if they are none of such a detector; OSError without a file. Nothing is unpickled.
    """
    card = read_card(path)
    if not fits(card, classifier):
        raise ValueError(
            f"the detector {path.stem} was made for {card.classifier} with other weights or preprocessing than these"
        )
    raw = read_regular(path, LARGEST)
    if len(raw) > LARGEST:
        raise Unreadable(f"{path.name} is larger than {LARGEST // 10**6} MB")
    tensors = parse_tensors(raw, path.name)
    if hashlib.sha256(raw).hexdigest() != card.sha256:
        raise Unreadable(f"{path.name} is not the file that its card tells of")
    return SavedDetector(path, card, card.made_detector().restore(tensors))


def read_card(path: Path) -> DetectorCard:
    """The card beside a file of tensors; Unreadable in one sentence if it is none, OSError."""
    beside = _beside(path)
    called = f"the card {beside.name}"
    return DetectorCard.parse(read_object(beside, LARGEST_CARD, called=called), called)


def _beside(path: Path) -> Path:
    return path.parent / f"{path.name.removesuffix(SUFFIX)}.json"


def fits(card: DetectorCard, classifier: Classifier) -> bool:
    """Whether the detector was made for this very classifier, as far as that is known of it."""
    return bool(classifier.fingerprint) and card.fingerprint == classifier.fingerprint


def known(classifier: Classifier, folders: Sequence[Path] | None = None) -> list[tuple[Path, DetectorCard]]:
    """The saved detectors that fit a classifier, the newest first, by their cards; damaged ones, and those of runs that
    who is acting may not see, are left out.

    folders: where to look; by default the folder `detectors` for run-time files. OSError if that cannot be had.
    """
    found = []
    for folder in [paths.folder("detectors")] if folders is None else folders:
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            with suppress(OSError, ValueError):
                if fits(card := read_card(path), classifier) and sees_what_came_of(card.run):
                    found.append((path, card))
    return sorted(found, key=lambda each: each[1].date, reverse=True)


def verdict(saved: SavedDetector, classifier: Classifier, image: Tensor, cache: ContentCache | None = None) -> Verdict:
    """What a saved detector says of an image (C, H, W) in [0, 1]; ValueError if it is another classifier's.

    The image is explained as those were that the detector has learned from.
    """
    card = saved.card
    if not fits(card, classifier):
        raise ValueError(f"this detector was made for {card.classifier}, and not for this classifier")
    evidence = signatures(
        classifier, card.made_explainer(), image[None], seed=card.explained_with, cache=cache
    ).evidence
    score = float(expect_finite(saved.fitted.score(classifier, evidence), "the detector's score")[0])
    low, high = card.measured["interval_95"]
    return Verdict(
        score=score, threshold=card.threshold, attacked=score > card.threshold, false_alarm_rate=card.false_alarm,
        measured=card.measured["share"], interval=(low, high), answer=int(evidence.probabilities[0].argmax()),
        signature=evidence.signatures[0],
    )  # fmt: skip
