"""Accuracy over a data set: as it is, and under attack."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.distributed.fabric import tensor_cores


@dataclass(frozen=True)
class Proportion:
    """`hits` of `count`, as a fraction with its 95 % Wilson interval."""

    hits: int
    count: int

    @property
    def value(self) -> float:
        return self.hits / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval at 95 %.

        >>> [round(bound, 3) for bound in Proportion(8, 10).interval]
        [0.49, 0.943]
        """
        z, n, p = 1.959964, self.count, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return middle - half, middle + half

    def entry(self) -> dict[str, Any]:
        """As a checkpoint's card has it."""
        low, high = self.interval
        return {"accuracy": self.value, "count": self.count, "interval_95": [round(low, 4), round(high, 4)]}


def accuracy(
    classifier: Classifier,
    data: Images,
    attack: Attack | None = None,
    *,
    count: int | None = None,
    batch: int = 250,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Proportion:
    """The share of the first `count` images (all by default) classified right, after `attack` if one is given."""
    found = right(classifier, data, attack, count=count, batch=batch, seed=seed, progress=progress)
    return Proportion(int(found.sum()), len(found))


def right(
    classifier: Classifier,
    data: Images,
    attack: Attack | None = None,
    *,
    count: int | None = None,
    batch: int = 250,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Tensor:
    """(count,) bool: which of the first `count` images (all by default) are classified right, after `attack` if any.

    On a GPU the attack is computed in TF32; the answer is what the classifier says then, in the precision it is in.
    """
    total = min(count or len(data), len(data))
    found = torch.zeros(total, dtype=torch.bool)
    for begin in range(0, total, batch):
        end = min(begin + batch, total)
        images, labels = data.images[begin:end].float() / 255, data.labels[begin:end]
        if attack is not None:
            with tensor_cores():
                images = attack(classifier, images, labels, seed=seed + begin).cpu()
        answers: Tensor = classifier.probabilities(images).argmax(dim=1).cpu()
        found[begin:end] = answers == labels
        if progress is not None:
            progress(end / total)
    return found


def split_held_out(data: Images, count: int, seed: int) -> tuple[Images, Images]:
    """Split off `count` images drawn with `seed`: (the rest, the held-out ones)."""
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(seed))
    kept, away = order[count:].sort().values, order[:count].sort().values
    return (
        Images(data.images[kept], data.labels[kept], data.classes),
        Images(data.images[away], data.labels[away], data.classes),
    )
