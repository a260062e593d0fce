"""How often a detector calls images attacked that nobody attacked: originals, noise, corruptions, another data set."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from torch import Tensor

from core.base import cancellation
from core.base.cancellation import Progress
from core.catalog import CORRUPTIONS
from core.contracts.classifier import Classifier
from core.contracts.detector import Evidence
from core.detection.scoring.ordinary_noise import NOISES, noisy
from core.detection.scoring.study_evidence import changed
from core.detection.scoring.thresholds import alarms, as_entry
from core.detection.scoring.trained_detectors import Trained

Kind = Literal["originals", "noise", "corruption", "other data"]
PARTS = (0.5, 1.0)  # of the strength of the attacks: the sizes of noise
TRIED = ("gaussian_noise", "defocus_blur", "brightness", "contrast", "jpeg_compression")
SEVERITIES = (1, 3, 5)
NONE: Mapping[str, Tensor] = MappingProxyType({})


@dataclass(frozen=True)
class Harmless:
    """Images that nobody attacked: of a `kind`, by `name`; `size` of a noise or `severity` of a corruption."""

    kind: Kind
    name: str
    size: float | None = None
    severity: int | None = None


def harmless(
    size: tuple[int, ...], strength: float, others: Sequence[str] = (), corruptions: Sequence[str] = TRIED
) -> list[Harmless]:
    """What is tried on images of a size (C, H, W): corruptions only where these have one channel or three.

    >>> [len(harmless((channels, 28, 28), 0.2)) for channels in (1, 2, 3)], len(harmless((1, 28, 28), 0.2, ["letters"]))
    ([22, 7, 22], 23)
    """
    found = [Harmless("originals", "originals")]
    found += [Harmless("noise", kind, size=part * strength) for kind in NOISES for part in PARTS]
    if size[0] in (1, 3):
        found += [Harmless("corruption", name, severity=level) for name in corruptions for level in SEVERITIES]
    return found + [Harmless("other data", name) for name in others]


def false_alarms(
    classifier: Classifier,
    detectors: Sequence[Trained],
    images: Tensor,
    evidence_of: Callable[[Tensor], Evidence],
    *,
    strength: float,
    seed: int = 0,
    others: Mapping[str, Tensor] = NONE,
    corruptions: Sequence[str] = TRIED,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """The share of alarms of each detector at its threshold on images (N, C, H, W) in [0, 1] that it has not seen.

    As they are, with ordinary noise of half and the whole `strength`, with `corruptions`, and on `others`, images of
    other data sets by name. evidence_of: explains images; each set is explained once for all detectors. Rows:
    {"detector", "learnt_from", "kind", "name", "size", "severity", "share", "hits", "count", "interval_95" (Wilson),
    "answers_changed" (how many get another answer than the original, None for other data)}.
    """
    if not len(images):
        raise ValueError("there are no images to count false alarms on")
    todo = harmless(tuple(images.shape[1:]), strength, list(others), corruptions)
    rows: list[dict[str, Any]] = []
    originals: Evidence | None = None
    for done, each in enumerate(todo):
        cancellation.check()
        if progress is not None:
            progress(done / len(todo), each.name)
        seen = evidence_of(others[each.name] if each.kind == "other data" else made(each, images, seed))
        originals = seen if originals is None else originals
        moved = None if each.kind == "other data" else int(changed(originals, seen).sum())
        rows.extend(_rows(classifier, detectors, each, seen, moved))
    if progress is not None:
        progress(1.0, "")
    return rows


def made(what: Harmless, images: Tensor, seed: int) -> Tensor:
    """The images (N, C, H, W) in [0, 1] as `what` has them."""
    if what.kind == "noise":
        assert what.size is not None
        return noisy(images, what.name, what.size, seed=seed)
    if what.kind == "corruption":
        assert what.severity is not None
        levels = (images * 255).round().byte()
        return CORRUPTIONS[what.name]()(levels, what.severity, seed=seed).float() / 255
    return images


def _rows(
    classifier: Classifier, detectors: Sequence[Trained], what: Harmless, seen: Evidence, moved: int | None
) -> Iterator[dict[str, Any]]:
    for each in detectors:
        share = alarms(each.fitted.score(classifier, seen), each.threshold.value)
        yield {
            "detector": each.name, "learnt_from": list(each.way), "kind": what.kind, "name": what.name,
            "size": what.size, "severity": what.severity, **as_entry(share), "answers_changed": moved,
        }  # fmt: skip
