"""A small network, images with its own answers, and a way to break an evaluation off."""

from typing import Any

import torch
from torch import nn

from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images

EPS = 3 / 255


def network(seed: int = 0) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(8 * 16, 10)
        )
    return Classifier(net.eval(), tuple(map(str, range(10))), (3, 8, 8), (0.5,), (0.25,), cam_layer="1")


def answered(classifier: Classifier, count: int = 24) -> Images:
    """Random images with the classifier's own answers for labels, but for the last two."""
    images = torch.randint(0, 256, (count, *classifier.size), generator=torch.Generator().manual_seed(1))
    labels = classifier.probabilities(images.float() / 255).argmax(dim=1)
    labels[-2:] = (labels[-2:] + 1) % len(classifier.labels)
    return Images(images.to(torch.uint8), labels, classifier.labels)


class Broken(Exception):
    pass


def after(calls: int) -> Any:
    """Something to `say` to that breaks off at its call number `calls`."""
    left = iter(range(calls - 1))

    def say(_: str) -> None:
        if next(left, None) is None:
            raise Broken

    return say
