"""Accuracy over a data set: as it is, and under attack."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.classifier import Classifier
from core.contracts import Attack
from core.sources import Images


@dataclass(frozen=True)
class Share:
    """`hits` of `count`, as a fraction with its 95 % Wilson interval."""

    hits: int
    count: int

    @property
    def value(self) -> float:
        return self.hits / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval at 95 %.

        >>> [round(bound, 3) for bound in Share(8, 10).interval]
        [0.49, 0.943]
        """
        z, n, p = 1.959964, self.count, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return middle - half, middle + half


def accuracy(
    classifier: Classifier,
    data: Images,
    attack: Attack | None = None,
    *,
    count: int | None = None,
    batch: int = 250,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Share:
    """The share of the first `count` images (all by default) classified right, after `attack` if one is given."""
    total = min(count or len(data), len(data))
    hits = 0
    for begin in range(0, total, batch):
        images = data.images[begin : min(begin + batch, total)].float() / 255
        labels = data.labels[begin : min(begin + batch, total)]
        if attack is not None:
            images = attack(classifier, images, labels, seed=seed + begin).cpu()
        answers: Tensor = classifier.probabilities(images).argmax(dim=1).cpu()
        hits += int((answers == labels).sum())
        if progress is not None:
            progress(min(begin + batch, total) / total)
    return Share(hits, total)


def held_out(data: Images, count: int, seed: int) -> tuple[Images, Images]:
    """Split off `count` images drawn with `seed`: (the rest, the held-out ones)."""
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(seed))
    kept, away = order[count:].sort().values, order[:count].sort().values
    return (
        Images(data.images[kept], data.labels[kept], data.classes),
        Images(data.images[away], data.labels[away], data.classes),
    )
