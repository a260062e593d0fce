"""What a worker can be asked: each takes the models and what else is given, and yields its answers as they come.

Only these are called in a worker, by their names. Those that fill something in place yield what they have added.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from core.base.cancellation import Cancelled
from core.base.paths import folder
from core.compare.comparison import SIDES, Comparison, Side
from core.compare.marked_region import compared
from core.compare.one_image import cross
from core.contracts.classifier import Classifier
from core.detection.content_cache import ContentCache
from core.detection.scoring.saved_detector import Verdict, read, verdict
from core.gradient_masking.loss_surface import Surface, side_by_side
from core.spurious.marked_images import load_marked
from core.study.investigation import Event, attack_parts, map_parts
from core.study.study import Study
from core.workers.changes import Changes, News

Classifiers = Sequence[Classifier]


def attack(models: Classifiers, asked: Study) -> Iterator[tuple[Event | None, News]]:
    """The first parts of a study, its attack among them, each with what it added; also what was there before a stop."""
    yield from _followed(attack_parts(asked, models[0]), Changes(asked))


def maps(models: Classifiers, asked: Study) -> Iterator[tuple[Event | None, News]]:
    """The other parts of a study that is attacked, likewise."""
    yield from _followed(map_parts(asked, models[0]), Changes(asked))


def comparison(
    models: Classifiers, asked: Comparison, label: int | None
) -> Iterator[tuple[tuple[Side, str] | None, News]]:
    """The parts of a crossing, likewise; models: that before, that after."""
    yield from _followed(cross(asked, dict(zip(SIDES, models, strict=True)), label), Changes(asked))


def _followed(parts: Iterator[Any], changes: Changes) -> Iterator[tuple[Any, News]]:
    try:
        for part in parts:
            yield part, changes.news()
    except Cancelled:
        yield None, changes.news()
        raise
    yield None, changes.news()


def surfaces(models: Classifiers, names: Sequence[str], image: Tensor, label: int) -> Iterator[dict[str, Surface]]:
    """The loss around an image (C, H, W), by the name of each model."""
    yield side_by_side(dict(zip(names, models, strict=True)), image, label)


def marked_region(models: Classifiers, name: str) -> Iterator[dict[str, Any]]:
    """What two models make of the regions of the marked images `name`."""
    yield compared(dict(zip(SIDES, models, strict=True)), load_marked(name))


def detector_verdict(models: Classifiers, path: Path, image: Tensor) -> Iterator[Verdict]:
    """What the detector in a file says of an image (C, H, W)."""
    yield verdict(read(path, models[0]), models[0], image, ContentCache(folder("detection")))
