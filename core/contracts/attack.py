"""What an attack is: images and labels in, attacked images out.

A method's author writes `run`, the mathematics; the checks, the freezing of the network, the seeding and the return to
[0, 1] are in `__call__`, here, once.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from core.base.params import Method
from core.base.rng import seeded
from core.contracts.ascend import OnStep
from core.contracts.checks import expect_batch
from core.contracts.classifier import Classifier
from core.contracts.finite import expect_finite
from core.contracts.strength import linf_strength


@dataclass(frozen=True)
class Attack(Method, ABC):
    """images (N, C, H, W) in [0, 1] and the labels to leave -> attacked images of the same shape, in [0, 1].

    `norm` (inf, 2, 1 or 0) is the one in which `eps` bounds the change; eps is inf for an attack that looks for the
    smallest change. With `targets` the attack aims at those classes instead. Same seed, same result.
    """

    norm: ClassVar[float]
    targetable: ClassVar[bool] = True
    gradient_based: ClassVar[bool] = True  # whether it finds its way by gradients, and none where there are none
    library: ClassVar[str] = "counterproof"
    one_pass: ClassVar[bool] = False  # whether one computation serves a whole list of strengths: see run_strengths

    @property
    def bound(self) -> float:
        """The largest allowed change in `norm`; inf where the attack seeks the smallest change."""
        return float(getattr(self, "eps", math.inf))

    @property
    def named(self) -> str:
        """What people call it with these parameters."""
        return self.title

    def parts(self) -> tuple["Attack", ...]:
        """The attacks it is made of, each to be told on its own; itself where it is one."""
        return (self,)

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
        targets = None if targets is None else targets.to(classifier.device)
        with self._ready(classifier, images, labels, seed) as (images, labels):
            return self._made(self.run(classifier, images, labels, targets, seed, on_step))

    def at_strengths(
        self, classifier: Classifier, images: Tensor, labels: Tensor, strengths: Sequence[float], *, seed: int = 0
    ) -> list[Tensor]:
        """The attacked images at each of `strengths` (the attack's own is not used), from one computation.

        The same images as one attack for each strength would give. For an attack with `one_pass` only.
        """
        expect_batch(classifier, images, labels, None)
        with self._ready(classifier, images, labels, seed) as (images, labels):
            return [self._made(each) for each in self.run_strengths(classifier, images, labels, strengths, seed)]

    @contextmanager
    def _ready(
        self, classifier: Classifier, images: Tensor, labels: Tensor, seed: int
    ) -> Iterator[tuple[Tensor, Tensor]]:
        images, labels = images.to(classifier.device), labels.to(classifier.device)
        with seeded(seed, classifier.device), classifier.frozen():
            yield images.detach(), labels

    def _made(self, found: Tensor) -> Tensor:
        return expect_finite(found.detach().clamp(0, 1), f"the image that {self.title} made")

    @abstractmethod
    def run(
        self, classifier: Classifier, images: Tensor, labels: Tensor, targets: Tensor | None, seed: int,
        on_step: OnStep | None,
    ) -> Tensor:  # fmt: skip
        ...

    def run_strengths(
        self, classifier: Classifier, images: Tensor, labels: Tensor, strengths: Sequence[float], seed: int
    ) -> list[Tensor]:
        """What an attack with `one_pass` offers: `run` at each of `strengths`, from one computation."""
        raise ValueError(f"{self.title} computes every strength on its own")


@dataclass(frozen=True)
class LinfAttack(Attack, ABC):
    """An attack that changes no value of a pixel by more than `eps`."""

    norm = math.inf

    eps: float = linf_strength()
