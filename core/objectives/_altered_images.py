"""Adversarial training on images of which a part is covered, erased or replaced, with targets that may be soft."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from core.base.params import param
from core.contracts.ascend import ascend
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, expect_attacked
from core.objectives._divergence import log_probabilities
from core.objectives._support_maps import SupportMaps, uniform


def soft_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """-sum_k t_k log p_k of each row: (N, K) logits, (N, K) targets that sum to 1 -> (N,), in fp32 at least.

    >>> logits = torch.tensor([[0.75, 0.25]]).log()
    >>> soft_cross_entropy(logits, torch.tensor([[0.5, 0.5]])).item()  # (ln(4 / 3) + ln 4) / 2
    0.83698...
    """
    return -(targets * log_probabilities(logits)).sum(dim=1)


@dataclass(frozen=True, eq=False)
class Altered:
    """Images x~ (n, C, H, W), targets (n, K), which rows (n,) have something altered, and numbers (n,) to log."""

    images: Tensor
    targets: Tensor
    rows: Tensor
    numbers: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class AlteredImages(SupportMaps, ABC):
    """mean_i CE(x~_i + delta_i, t_i), delta_i from sign steps that raise that cross-entropy, from a uniform start.

    A part `masking` of the images is altered, those alone that have a map already, whatever the map's source: till
    then, and for the others, x~ is x and t its label, and this is adversarial training with PGD.
    """

    masking: float = param(0.5, low=0.0, high=1.0, step=0.05, title="Share of images altered",
                           help="How many of the images are altered while learning; the others are learnt from as "
                           "they are")  # fmt: skip

    def due(self, epoch: int) -> bool:
        return self.masking > 0 and super().due(epoch)

    def unguided(self, epochs: int) -> str:
        if self.masking == 0:
            return "No image is altered. Nothing guides this training but its other settings."
        return super().unguided(epochs)

    @abstractmethod
    def altered(self, classifier: Classifier, batch: Batch, drawn: Tensor) -> Altered:
        """drawn (n,): which images are to be altered, if they have a map. `Batch.masks` are there."""

    def shown(self, classifier: Classifier, batch: Batch) -> Altered:
        """What the network sees of a batch; the same each time it is asked for."""
        if batch.masks is None or self.masking == 0:
            nothing = torch.zeros(len(batch), dtype=torch.bool, device=batch.images.device)
            return Altered(batch.images, labelled(classifier, batch.labels), nothing)
        return self.altered(classifier, batch, batch.draw("masking", uniform, ()) < self.masking)

    def attack(self, classifier: Classifier, batch: Batch) -> Tensor:
        seen = self.shown(classifier, batch)
        return ascend(
            lambda x: soft_cross_entropy(classifier(x), seen.targets), seen.images, eps=self.eps, step=self.step,
            steps=self.steps, start=batch.start(self.eps, seen.images),
        )  # fmt: skip

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        """`covered`: share of the images with something altered; `on_covered`: what those contribute to the loss; other
        numbers: of an altered image, times `covered`."""
        seen = self.shown(classifier, batch)
        values = soft_cross_entropy(classifier(expect_attacked(attacked)), seen.targets)
        total, parts = values.mean(), {"adversarial": values.mean().item()}
        if batch.masks is not None and self.masking > 0:
            parts["covered"] = seen.rows.float().mean().item()
            parts["on_covered"] = (values * seen.rows).mean().item()
            parts |= {name: (each * seen.rows).mean().item() for name, each in seen.numbers.items()}
        return total, parts


def labelled(classifier: Classifier, labels: Tensor) -> Tensor:
    """Labels (n,) as targets (n, K)."""
    return one_hot(labels, len(classifier.labels)).float()


def mixed(classifier: Classifier, batch: Batch, own: Tensor, other: Tensor | None) -> Tensor:
    """Targets (n, K): `own` (n,) of the image's label, the rest of the labels `other` (n,), or of all classes alike.

    >>> from core.contracts.toy_models import linear
    >>> images, labels = torch.zeros(1, 1, 1, 1), torch.tensor([0])
    >>> batch = Batch(images, labels, torch.arange(1), 0, 0, 1)
    >>> two = linear([[[[1.0]]], [[[2.0]]]])
    >>> mixed(two, batch, torch.tensor([0.75]), torch.tensor([1])).tolist()
    [[0.75, 0.25]]
    >>> mixed(two, batch, torch.tensor([0.5]), None).tolist()
    [[0.75, 0.25]]
    """
    label = labelled(classifier, batch.labels)
    rest = torch.full_like(label, 1 / label.shape[1]) if other is None else labelled(classifier, other)
    return own[:, None] * label + (1 - own[:, None]) * rest
