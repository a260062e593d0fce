"""What an attack, an explainer, a metric and a shift are.

A method's author writes `run`, the mathematics; the checks, the freezing of the network, the seeding and the return to
[0, 1] are in `__call__`, here, once.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import torch
from torch import Tensor

from core.base.params import Method
from core.base.rng import seeded
from core.contracts.ascend import OnStep
from core.contracts.classifier import Classifier


def expect_batch(classifier: Classifier, images: Tensor, *indices: Tensor | None) -> None:
    """Raise ValueError unless images are (N, C, H, W) in [0, 1] and each of `indices` holds N class numbers."""
    if images.ndim != 4 or tuple(images.shape[1:]) != classifier.size:
        raise ValueError(f"expected images of shape (N, *{classifier.size}), got {tuple(images.shape)}")
    if not torch.isfinite(images).all() or images.min() < 0 or images.max() > 1:
        raise ValueError("expected images with every value in [0, 1]")
    for index in indices:
        if index is None:
            continue
        if tuple(index.shape) != (len(images),) or index.is_floating_point():
            raise ValueError(f"expected {len(images)} class numbers, got {tuple(index.shape)} {index.dtype}")
        if len(index) and (index.min() < 0 or index.max() >= len(classifier.labels)):
            raise ValueError(f"expected classes from 0 to {len(classifier.labels) - 1}")


@dataclass(frozen=True)
class Attack(Method, ABC):
    """images (N, C, H, W) in [0, 1] and the labels to leave -> attacked images of the same shape, in [0, 1].

    `norm` (inf, 2, 1 or 0) is the one in which `eps` bounds the change; eps is inf for an attack that looks for the
    smallest change. With `targets` the attack aims at those classes instead. Same seed, same result.
    """

    norm: ClassVar[float]
    targetable: ClassVar[bool] = True
    library: ClassVar[str] = "counterproof"

    @property
    def bound(self) -> float:
        """The largest allowed change in `norm`; inf where the attack seeks the smallest change."""
        return float(getattr(self, "eps", math.inf))

    def describe(self, classifier: Classifier) -> str:
        """What exactly runs on this classifier, in one sentence, where the title does not say it all; else ""."""
        return ""

    def __call__(
        self,
        classifier: Classifier,
        images: Tensor,
        labels: Tensor,
        *,
        targets: Tensor | None = None,
        seed: int = 0,
        on_step: OnStep | None = None,
    ) -> Tensor:
        expect_batch(classifier, images, labels, targets)
        if targets is not None and not self.targetable:
            raise ValueError(f"{self.title} cannot aim at a chosen class")
        if self.bound == 0:
            return images.clone()
        images, labels = images.to(classifier.device), labels.to(classifier.device)
        targets = None if targets is None else targets.to(classifier.device)
        with seeded(seed, classifier.device), classifier.frozen():
            found = self.run(classifier, images.detach(), labels, targets, seed, on_step)
        return found.detach().clamp(0, 1)

    @abstractmethod
    def run(
        self, classifier: Classifier, images: Tensor, labels: Tensor, targets: Tensor | None, seed: int,
        on_step: OnStep | None,
    ) -> Tensor:  # fmt: skip
        ...


@dataclass(frozen=True, eq=False)
class Attribution:
    """What an explainer found: `values` (N, H, W), signed, not normalised, positive where a pixel supports the target.

    `gap` (N,), where the method promises completeness: |sum of the attributions - (score - score of the baseline)|,
    divided by |score - score of the baseline|. `facts`: further numbers (N,) by name, such as LIME's R2.
    """

    values: Tensor
    gap: Tensor | None = None
    facts: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Explainer(Method, ABC):
    """images (N, C, H, W) in [0, 1] and the classes to explain (N,) -> Attribution.

    Each image is explained by itself, with draws that depend on the seed alone: one at a time gives the same as in a
    batch, and the same seed compares two images under the same draws. `reference` (N, C, H, W), by default the images,
    is what anything that depends on the layout of the picture (superpixels) is taken from.
    """

    random: ClassVar[bool] = False  # whether another seed gives another map; ask the instance: settings may decide it
    complete: ClassVar[bool] = False  # whether it reports a completeness gap

    def against(self, classifier: Classifier) -> str:
        """What the picture is compared with, in words ("24 sample images of the gallery"); "" if with nothing."""
        return ""

    def obstacle(self, classifier: Classifier) -> str:
        """Why this method cannot explain this classifier, in one sentence; "" if it can."""
        return ""

    def __call__(
        self, classifier: Classifier, images: Tensor, targets: Tensor, *, seed: int = 0, reference: Tensor | None = None
    ) -> Attribution:
        expect_batch(classifier, images, targets)
        if reference is not None and reference.shape != images.shape:
            raise ValueError(f"expected a reference of shape {tuple(images.shape)}, got {tuple(reference.shape)}")
        if reason := self.obstacle(classifier):
            raise ValueError(reason)
        images, targets = images.detach().to(classifier.device), targets.to(classifier.device)
        reference = images if reference is None else reference.detach().to(classifier.device)
        with seeded(seed, classifier.device), classifier.frozen():
            found = self.run(classifier, images, targets, reference, seed)
        if found.values.shape != (len(images), *images.shape[2:]):
            raise ValueError(f"{self.key}: expected maps {(len(images), *images.shape[2:])}, got {found.values.shape}")
        if not torch.isfinite(found.values).all():
            raise ValueError(f"{self.title} gave a map that is not finite")
        gap = None if found.gap is None else found.gap.detach().cpu()
        facts = {name: values.detach().cpu() for name, values in found.facts.items()}
        return Attribution(found.values.detach().float().cpu(), gap, facts)

    @abstractmethod
    def run(
        self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int
    ) -> Attribution: ...


@dataclass(frozen=True)
class Metric(Method, ABC):
    """How good a map is by itself: (N,) values, better when `better`. Averaging is the caller's business."""

    better: ClassVar[Literal["higher", "lower"]]
    unit: ClassVar[str] = ""

    @abstractmethod
    def __call__(self, classifier: Classifier, images: Tensor, targets: Tensor, attribution: Attribution) -> Tensor: ...


@dataclass(frozen=True)
class MapDistance(Method, ABC):
    """How far a map (N, H, W) moved to become another: (N,) values. `same` is the value for two identical maps."""

    same: ClassVar[float]
    moved: ClassVar[Literal["higher", "lower"]]  # where the value goes as maps move apart
    unit: ClassVar[str] = ""
    digits: ClassVar[int] = 2

    @abstractmethod
    def __call__(self, before: Tensor, after: Tensor) -> Tensor: ...
