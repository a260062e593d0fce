"""Accuracy over a data set: as it is, and under attack."""

from collections.abc import Callable

import torch
from torch import Tensor

from core.base.proportion import Proportion
from core.contracts.attack import Attack
from core.contracts.attack_loss import without_gradient
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.distributed.fabric import tensor_cores


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
    correct = right(classifier, data, attack, count=count, batch=batch, seed=seed, progress=progress)
    return Proportion(int(correct.sum()), len(correct))


def right(
    classifier: Classifier,
    data: Images,
    attack: Attack | None = None,
    *,
    count: int | None = None,
    batch: int = 250,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    made_on: Classifier | None = None,
) -> Tensor:
    """(count,) bool: which of the first `count` images (all by default) are classified right, after `attack` if any.

    The attack is made on the classifier itself, or on `made_on`, which must have the same classes in the same order.
    On a GPU the attack is computed in TF32; the answer is what the classifier says then, in the precision it is in.
    """
    total = min(count or len(data), len(data))
    correct = torch.zeros(total, dtype=torch.bool)
    for begin in range(0, total, batch):
        end = min(begin + batch, total)
        images, labels = data.images[begin:end].float() / 255, data.labels[begin:end]
        if attack is not None:
            with tensor_cores():
                images = attack(classifier if made_on is None else made_on, images, labels, seed=seed + begin).cpu()
        answers: Tensor = classifier.probabilities(images).argmax(dim=1).cpu()
        correct[begin:end] = answers == labels
        if progress is not None:
            progress(end / total)
    return correct


def untried(classifier: Classifier, data: Images, correct: Tensor, attack: Attack, batch: int = 250) -> int:
    """How many of the images that are right under `attack`, `correct` (N,), gave it no gradient to follow: none for an
    attack that needs none. That they are right says nothing about what the classifier withstands.
    """
    if not attack.gradient_based or attack.bound == 0:
        return 0
    rows = torch.split(correct.nonzero()[:, 0], batch)
    parts = [(data.images[row].float() / 255, data.labels[row]) for row in rows if len(row)]
    return sum(int(without_gradient(classifier, *part, attack.norm, attack.bound).sum()) for part in parts)
