"""The Fast Adaptive Boundary attack (Croce, Hein 2020, arXiv 1907.02044), run by torchattacks."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.attacks._torchattacks import LIBRARY, Candidates, Versus, borrowed
from core.base.params import param
from core.contracts.ascend import OnStep
from core.contracts.attack import Attack, LinfAttack
from core.contracts.classifier import Classifier
from core.contracts.strength import linf_strength


@dataclass(frozen=True)
class FAB(LinfAttack):
    """The smallest L-infinity change found by projecting onto linearised boundaries, if it is within eps.

    An image for which none was found comes back as it was. A step takes one backward pass a class, so with more than
    `classes` of them each image is attacked among those most likely for it. With a target, the boundary is that between
    the target and the best of the other classes: the library's own targeted mode counts any wrong answer as success,
    and mixes up the targets of a batch.
    """

    key = "fab"
    title = "FAB"
    plain = "Looks for the smallest change of the pixels that gives a wrong answer, within the strength."
    cite = "Croce, Hein 2020, arXiv 1907.02044"
    library = LIBRARY

    eps: float = linf_strength("Where it finds no smaller one that works, the picture stays as it is.")
    steps: int = param(20, low=1, high=500, title="Steps", help="How many steps to take")
    classes: int = param(
        10, low=2, high=1000, title="Classes", help="How many of the most likely answers to consider; more take longer"
    )

    def describe(self, classifier: Classifier) -> str:
        if len(classifier.labels) <= self.classes:
            return ""
        return f"Ran among the {self.classes} most likely of {len(classifier.labels)} classes, unless aimed at one."

    def run(
        self,
        classifier: Classifier,
        images: Tensor,
        labels: Tensor,
        targets: Tensor | None,
        seed: int,
        on_step: OnStep | None,
    ) -> Tensor:
        model = borrowed(classifier)
        if targets is None and len(classifier.labels) <= self.classes:
            return self._search(model, images, labels)
        attacked = []
        for index in range(len(images)):
            image, label = images[index : index + 1], labels[index : index + 1]
            if targets is not None:
                attacked.append(self._search(nn.Sequential(model, Versus(int(targets[index]))), image, label * 0))
                continue
            with torch.no_grad():
                likely = model(image).topk(self.classes).indices[0]
            place = (likely == label).nonzero()[:, 0]
            if len(place) == 0:  # answered wrong by far already
                attacked.append(image)
            else:
                attacked.append(self._search(nn.Sequential(model, Candidates(likely)), image, place))
        return torch.cat(attacked)

    def _search(self, model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        import torchattacks

        return torch.as_tensor(torchattacks.FAB(model, norm="Linf", eps=self.eps, steps=self.steps)(images, labels))


ATTACKS: tuple[type[Attack], ...] = (FAB,)
