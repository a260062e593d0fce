"""The held-out images: how the raw and the averaged weights do after an epoch, and which weights were best so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from core.attacks.pgd import PGD
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.finite import NotFinite
from core.contracts.interfaces import Images
from core.contracts.objective import Objective
from core.distributed.fabric import average_buffers, summed
from core.evaluation.accuracy import accuracy
from core.training.guessing import guessing
from core.training.in_parts import in_parts

if TYPE_CHECKING:
    from lightning_fabric import Fabric

BLOCK = 250  # images an attack is made on together; its seed is the place of the block's first image


@dataclass(frozen=True, eq=False)
class Best:
    """The best weights so far: after which epoch (from 0), by which score, and whether they are the averaged ones."""

    epoch: int
    score: float
    averaged: bool
    weights: Mapping[str, Tensor]


class Validation:
    """The held-out images of a training, what attacks them, and `best`, the weights that did best on them.

    Under attack if there is one, given or usual for the objective, else on clean images. `at_once` bounds the images in
    one pass of a judgement; `guess` is how often always naming the most frequent class is right.
    """

    def __init__(self, images: Images, objective: Objective, attack: Attack | None, fabric: "Fabric") -> None:
        self.images, self.fabric = images, fabric
        self.attack = attack or usual_validation_attack(objective)
        self.by = "robust" if self.attack is not None else "clean"
        self.guess = guessing(images)
        self.at_once = max(1, min(BLOCK, len(images)))
        self.best: Best | None = None

    def judge(self, classifier: Classifier, average: Classifier | None, epoch: int) -> dict[str, float]:
        """Judge the weights on the held-out images and keep them if they are the best so far."""
        nets: dict[str, torch.nn.Module] = {"": classifier.net}
        if average is not None:
            nets["_average"] = average.net
        for net in nets.values():
            average_buffers(net, self.fabric)
        held = validate(classifier, average, self.images, self.attack, self.fabric, self.at_once)
        self.best = better(self.best, epoch, held, self.by, nets)
        return held


def usual_validation_attack(objective: Objective) -> Attack | None:
    """PGD-10 of the strength that the objective is judged at, step eps / 4; None where it is judged without attack."""
    eps = objective.judged_at
    return PGD(eps=eps, step=max(eps / 4, 0.1 / 255), steps=10) if eps else None


def validate(
    classifier: Classifier, averaged: Classifier | None, data: Images, attack: Attack | None, fabric: "Fabric",
    at_once: int = BLOCK,
) -> dict[str, float]:  # fmt: skip
    """Accuracy on the held-out images as `clean` and, with an attack, `robust`; of the average as `clean_average`, ...

    Each process judges some of the blocks, at most `at_once` images in one pass of the network; neither changes the
    result, as the attack is made on whole blocks.
    """
    found: dict[str, float] = {}
    for suffix, each in (("", classifier), ("_average", averaged)):
        for name, against in (("clean", None), ("robust", attack)):
            if each is not None and len(data) and (name == "clean" or against is not None):
                found[name + suffix] = _share(in_parts(each, at_once), data, against, fabric)
    return found


def _share(classifier: Classifier, data: Images, attack: Attack | None, fabric: "Fabric") -> float:
    hits = torch.zeros(1, dtype=torch.float64 if fabric.device.type != "mps" else torch.float32, device=fabric.device)
    for begin in range(0, len(data), BLOCK):
        if begin // BLOCK % fabric.world_size == fabric.global_rank:
            rows = slice(begin, begin + BLOCK)
            block = Images(data.images[rows], data.labels[rows], data.classes)
            try:
                hits += accuracy(classifier, block, attack, seed=begin).hits
            except NotFinite as error:
                said = "the loss is no longer a number: after this epoch the model's answers are none"
                raise ValueError(f"{said}; a lower learning rate or gradient clipping may help") from error
    summed([hits], fabric)
    return hits.item() / len(data)


def better(
    best: Best | None, epoch: int, found: Mapping[str, float], by: str, nets: Mapping[str, torch.nn.Module]
) -> Best | None:
    """`best`, or the weights of this epoch if they score at least as well in `by` ("clean" or "robust").

    nets: "" -> the raw weights and, where there is an average, "_average" -> that. The later of two equals is kept.
    """
    for suffix, net in nets.items():
        score = found.get(by + suffix)
        if score is not None and (best is None or score >= best.score):
            weights = {key: value.detach().clone() for key, value in net.state_dict().items()}
            best = Best(epoch, score, suffix == "_average", weights)
    return best
