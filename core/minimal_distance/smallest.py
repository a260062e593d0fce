"""How far each image lies from a wrong answer within [0, 1], in L2 and in L-infinity: the smallest of two attacks."""

import math
from typing import Literal

import torch
from torch import Tensor

from core.attacks.cw import CW
from core.attacks.deepfool import DeepFool
from core.attacks.deepfool_linf import DeepFoolLinf
from core.attacks.fab import FAB
from core.contracts.checks import expect_batch
from core.contracts.classifier import Classifier

Norm = Literal["l2", "linf"]
ORDERS: dict[Norm, float] = {"l2": 2.0, "linf": math.inf}
FAB_LOOKS = 64 / 255  # as far as FAB may


def smallest(classifier: Classifier, images: Tensor, labels: Tensor, norm: Norm, *, seed: int = 0) -> Tensor:
    """(N,) the smallest change found, 0 where the answer is wrong as it is, inf where no wrong answer was found.

    L2: by DeepFool and by Carlini and Wagner, each with its usual settings. L-infinity: by DeepFool, which may go as
    far as the range allows, and by FAB, which may go to 64/255. Each distance is measured on the image that came out,
    and counts only if the classifier answers that wrong. They are upper bounds: a smaller change may exist.

    On a linear two-class model with weights (3, -4), a score of 0.5 lies 0.5 / 5 away in L2 and 0.5 / 7 in L-infinity:

    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    >>> image = torch.tensor([[[[0.5, 0.25]]]])
    >>> [round(smallest(model, image, torch.tensor([0]), norm).item(), 2) for norm in ("l2", "linf")]
    [0.1, 0.07]
    """
    expect_batch(classifier, images, labels)
    images, labels = images.to(classifier.device), labels.to(classifier.device)
    distance = torch.zeros(len(images), device=images.device)
    left = (classifier.probabilities(images).argmax(dim=1) == labels).nonzero()[:, 0]
    if not len(left):
        return distance
    images, labels = images[left], labels[left]
    nearest = torch.full((len(left),), torch.inf, device=images.device)
    for found in _candidates(classifier, images, labels, norm, seed):
        size = torch.linalg.vector_norm((found - images).flatten(1), ORDERS[norm], dim=1)
        wrong = classifier.probabilities(found).argmax(dim=1) != labels
        nearest = torch.minimum(nearest, torch.where(wrong, size, torch.inf))
    distance[left] = nearest
    return distance


def _candidates(classifier: Classifier, images: Tensor, labels: Tensor, norm: Norm, seed: int) -> list[Tensor]:
    """What each of the attacks makes of the images."""
    if norm == "l2":
        return [attack(classifier, images, labels, seed=seed) for attack in (DeepFool(), CW())]
    (walked,) = DeepFoolLinf().run_strengths(classifier, images, labels, [1.0], seed)
    return [walked, FAB(eps=FAB_LOOKS)(classifier, images, labels, seed=seed)]
