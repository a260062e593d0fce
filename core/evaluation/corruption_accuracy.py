"""Accuracy under common corruptions: how often a classifier is right at each corruption and severity."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.base.proportion import Proportion
from core.catalog import CORRUPTIONS
from core.contracts.classifier import Classifier
from core.contracts.corruption import SEVERITIES, CorruptedImages
from core.contracts.interfaces import Images
from core.evaluation.accuracy import right
from core.evaluation.paired import mean_interval

CLEAN = ("clean", 0)  # the images as they are, beside the corruptions and their severities

Cell = tuple[str, int]  # corruption and severity
Outcomes = Mapping[Cell, Tensor]  # (count,) bool for each cell, CLEAN among them: which of the same images are right


@dataclass(frozen=True, eq=False)
class Generated:
    """The images of `data`, corrupted here when they are asked for; an image's draws hang on `seed` and its place."""

    data: Images
    seed: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(CORRUPTIONS)

    def __len__(self) -> int:
        return len(self.data)

    def part(self, corruption: str, severity: int, begin: int, end: int) -> Tensor:
        """Images `begin` to `end`, corrupted: uint8 (end - begin, C, H, W)."""
        return CORRUPTIONS[corruption]()(self.data.images[begin:end], severity, seed=self.seed, first=begin)


def cells(names: tuple[str, ...]) -> list[Cell]:
    """CLEAN, and then every corruption at every severity: what is gone through, in order."""
    return [CLEAN, *((name, severity) for name in names for severity in SEVERITIES)]


def images_of(cell: Cell, data: Images, source: CorruptedImages, begin: int, end: int) -> Tensor:
    """Images `begin` to `end` of one cell, uint8; those of CLEAN are the data's own."""
    return data.images[begin:end] if cell == CLEAN else source.part(*cell, begin, end)


def corruption_accuracy(
    classifier: Classifier,
    data: Images,
    source: CorruptedImages,
    *,
    count: int | None = None,
    batch: int = 100,
    progress: Callable[[float], None] | None = None,
) -> Outcomes:
    """Which of the first `count` images (all by default) are right, clean and in every cell of `source`.

    No more than `batch` images are corrupted at once. data: the clean images, their labels as the classifier's.
    """
    total = min(count or len(data), len(data), len(source))
    todo = cells(source.names)
    found = {}
    for index, cell in enumerate(todo):
        parts = []
        for begin in range(0, total, batch):
            end = min(begin + batch, total)
            part = Images(images_of(cell, data, source, begin, end), data.labels[begin:end], data.classes)
            parts.append(right(classifier, part, batch=batch))
            if progress is not None:
                progress((index + end / total) / len(todo))
        found[cell] = torch.cat(parts)
    return found


def tidy(outcomes: Outcomes) -> list[dict[str, Any]]:
    """A row a cell: {"corruption", "severity", "count", "hits", "accuracy", "interval_95" (Wilson)}."""
    rows = []
    for (corruption, severity), correct in outcomes.items():
        share = Proportion(int(correct.sum()), len(correct))
        rows.append({"corruption": corruption, "severity": severity, "hits": share.hits, **share.entry()})
    return rows


def each_image(outcomes: Outcomes) -> Tensor:
    """(count,) in doubles: for each image the share of all corruptions and severities in which it is right."""
    return torch.stack([correct.double() for cell, correct in outcomes.items() if cell != CLEAN]).mean(dim=0)


def mean_corruption_accuracy(outcomes: Outcomes) -> dict[str, Any]:
    """{"accuracy", "count", "interval_95"}: the mean over all corruptions and severities, every one counting alike.

    The same images stand behind every cell, so the interval is that of a mean over images (1.96 standard errors), each
    with its share of cells; None for a single image. One image right in two cells of two, one in none:

    >>> both = {("fog", 1): torch.tensor([True, False]), ("fog", 2): torch.tensor([True, False])}
    >>> mean_corruption_accuracy({CLEAN: torch.tensor([True, True]), **both})
    {'accuracy': 0.5, 'count': 2, 'interval_95': [0.0, 1.0]}
    """
    shares = each_image(outcomes).tolist()
    if len(shares) < 2:
        return {"accuracy": shares[0], "count": 1, "interval_95": None}
    mean, low, high = mean_interval(shares)
    interval = [round(max(low, 0.0), 4), round(min(high, 1.0), 4)]
    return {"accuracy": mean, "count": len(shares), "interval_95": interval}
