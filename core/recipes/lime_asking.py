"""How LIME can be asked again and again about the same images while a network learns, and what each way costs."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.catalog import MAP_DISTANCES
from core.contracts.classifier import Classifier
from core.occlusion.lime_engine import closeness, draw_masks, explain_batch
from core.occlusion.superpixels import superpixels

CELLS = 16
LASTS = 0.5  # of what earlier answers have told, when the network is asked again
PGD_10 = 11.0  # gradient evaluations that PGD-10 spends on an image in an epoch: ten of the attack, one of the weights


@dataclass(frozen=True)
class Asked:
    """How LIME is asked: `samples` covered copies every `every` epochs.

    warm: beginning with the last weights; near: copies near the image count more, by LIME's kernel.
    """

    samples: int
    every: int
    warm: bool = False
    near: bool = True

    @property
    def share(self) -> float:
        """The cost as a share of PGD-10's gradient evaluations; the whole image's answer is one of the samples.

        >>> round(Asked(33, 8).share, 4), round(Asked(17, 2, warm=True).share, 4)
        (0.125, 0.2576)
        """
        return self.samples / 3 / self.every / PGD_10


@dataclass(frozen=True, eq=False)
class Told:
    """What LIME has told of these classes (N,): the cells' weights (N, S), and how much these would count beside

    answers to come.
    """

    classes: Tensor
    weights: Tensor
    counts: float = 0.0

    def start(self, classes: Tensor) -> Tensor:
        """The weights to begin with for other classes (N,): 0 for an image of which another one is asked."""
        return torch.where((self.classes == classes)[:, None], self.weights, 0.0)


def told(model: Classifier, images: Tensor, classes: Tensor, way: Asked, seed: int, last: Told | None) -> Told:
    """LIME's weights of the cells, what is covered in the image's mean colour.

    Beginning with the last ones, each counts as much as LASTS of the answers behind it did: a quarter of a copy's
    closeness is what one answer tells of a part's weight, as half of the copies show it.
    """
    mean = images.mean(dim=(2, 3), keepdim=True).expand_as(images)
    cells = superpixels(images, "grid", CELLS)
    known = LASTS * last.counts if last else 0.0
    prior = last.start(classes) if last else None
    with model.frozen():
        fit = explain_batch(model, images, classes, cells, mean, samples=way.samples, seed=seed, near=way.near,
                            prior=prior, alpha=max(1.0, known))  # fmt: skip
    masks = draw_masks(way.samples, CELLS, seed)[None]
    counted = closeness(masks, torch.tensor([CELLS])) if way.near else torch.ones(1, way.samples)
    return Told(classes, fit.weights, known + float(counted.sum()) / 4)


def agreement(one: Tensor, other: Tensor) -> Tensor:
    """The rank correlation (N,) of two sets of weights (N, S)."""
    found: Tensor = MAP_DISTANCES["spearman"]()(one[:, None].float(), other[:, None].float())
    return found
