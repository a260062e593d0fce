"""What is examined: a classifier on the images that it answers right, at one strength; attacks on it are made once."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.attacks.square import Square
from core.base.rng import seeded
from core.base.units import in_255ths
from core.contracts.ascend import random_start
from core.contracts.batch import stream
from core.contracts.checks import expect_batch
from core.contracts.classifier import Classifier
from core.contracts.strength import linf_strength
from core.gradient_masking.walk import VIEWS, View, Walk, held_by, right, walk

LARGEST: float = linf_strength().metadata["high"]


@dataclass(frozen=True, eq=False)
class Subject:
    """images (N, C, H, W) in [0, 1], all answered right, and their labels (N,); eps: of attacks in L-infinity.

    asked: how many images there were before those that are answered wrong were left out. surrogate: another classifier
    of the same images and classes. Everything drawn hangs on `seed`. batch: images at once.
    """

    classifier: Classifier
    images: Tensor
    labels: Tensor
    eps: float
    asked: int
    surrogate: Classifier | None = None
    seed: int = 0
    batch: int = 100
    queries: int = 1000
    walks: dict[str, Walk] = field(default_factory=dict, repr=False)
    squared: list[Tensor] = field(default_factory=list, repr=False)

    @property
    def count(self) -> int:
        return len(self.labels)

    @contextmanager
    def drawing(self, what: str) -> Iterator[None]:
        """Alone with the frozen network; what is drawn inside hangs on the seed and on `what` alone."""
        device = self.classifier.device
        with seeded(stream(self.seed, "masking", what) % 2**32, device), self.classifier.frozen():
            yield

    def generator(self, what: str) -> torch.Generator:
        return torch.Generator().manual_seed(stream(self.seed, "masking", what, "draws"))

    def parts(self, rows: Tensor | None = None) -> Iterator[tuple[Tensor, Tensor]]:
        """(images, labels) of `rows` (all by default) on the classifier's device, `batch` at a time."""
        chosen = torch.arange(self.count) if rows is None else rows
        for part in torch.split(chosen, self.batch) if len(chosen) else ():
            yield self.images[part].to(self.classifier.device), self.labels[part].to(self.classifier.device)

    def each(self, measure: Callable[[Tensor, Tensor], Tensor], rows: Tensor | None = None) -> Tensor:
        """`measure(images, labels)` -> (n, ...) of every part, one after another, on the CPU."""
        return torch.cat([measure(*part).cpu() for part in self.parts(rows)])

    def walk(self, view: View, of: Classifier | None = None) -> Walk:
        """PGD on the classifier."""
        if view not in self.walks:
            generator = self.generator("start")
            with self.drawing(f"walk {view}"):
                found = []
                for images, labels in self.parts():
                    start = random_start(images, self.eps, math.inf, generator)
                    found.append(walk(self.classifier, images, labels, self.eps, view, start))
            self.walks[view] = Walk(
                torch.cat([each.held for each in found]),
                torch.cat([each.held_later for each in found]),
                torch.cat([each.wrong for each in found], dim=1),
                torch.cat([each.loss for each in found], dim=1),
            )
        return self.walks[view]

    def held(self, eps: float, view: View, steps: int) -> Tensor:
        """(N,) bool: what withstands `steps` steps within eps from the image itself."""
        return self.each(lambda images, labels: held_by(self.classifier, images, labels, eps, view, steps))

    def standing(self) -> Tensor:
        """Places of the images that at least one view of PGD leaves right: where another attack is of interest."""
        return torch.stack([self.walk(view).held for view in VIEWS]).any(dim=0).nonzero()[:, 0]

    def square(self) -> Tensor:
        """(N,) bool: what Square leaves right; True where PGD finds a wrong answer both ways, as it is not asked."""
        if not self.squared:
            rows, left = self.standing(), torch.ones(self.count, dtype=torch.bool)
            attack, seed = Square(eps=self.eps, queries=self.queries), stream(self.seed, "square") % 2**32
            for number, (images, labels) in enumerate(self.parts(rows)):
                found = attack(self.classifier, images, labels, seed=(seed + number) % 2**32)
                left[rows[number * self.batch :][: len(labels)]] = right(self.classifier, found, labels)
            self.squared.append(left)
        return self.squared[0]


def expect_strength(eps: float) -> None:
    """Raise ValueError unless eps is a strength that attacks have."""
    if not 0 < eps <= LARGEST + 1e-9:
        raise ValueError(f"expected a strength above 0 and up to {in_255ths(LARGEST)}, got {in_255ths(eps, '.6g')}")


def subject(
    classifier: Classifier, images: Tensor, labels: Tensor, eps: float, *, surrogate: Classifier | None = None,
    seed: int = 0, batch: int = 100, queries: int = 1000,
) -> Subject:  # fmt: skip
    """The subject of the checklist; ValueError in one sentence if there is nothing that it could be told by.

    images (N, C, H, W) in [0, 1]; those that are answered wrong as they are are left out.
    """
    expect_batch(classifier, images, labels)
    expect_strength(eps)
    if surrogate is not None and (surrogate.size, len(surrogate.labels)) != (classifier.size, len(classifier.labels)):
        raise ValueError("the second model takes other images or tells other classes apart, so nothing transfers to it")
    whole = Subject(classifier, images.cpu(), labels.cpu(), eps, len(labels), surrogate, seed, batch, queries)
    with whole.drawing("clean"):
        kept = whole.each(lambda part, own: right(classifier, part, own)) if len(labels) else torch.zeros(0).bool()
    if int(kept.sum()) < 2:
        raise ValueError(f"the model is right on {int(kept.sum())} of these {len(labels)} images: expected two or more")
    return Subject(
        classifier, whole.images[kept], whole.labels[kept], eps, len(labels), surrogate, seed, batch, queries
    )
