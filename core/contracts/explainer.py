"""What an explainer is: images and classes in, signed maps out.

A method's author writes `run`, the mathematics; the checks, the freezing of the network, the seeding and the
look at the result are in `__call__`, here, once.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from torch import Tensor

from core.base.cancellation import CancelScope
from core.base.params import Method
from core.base.rng import seeded
from core.contracts.checks import expect_batch
from core.contracts.classifier import Classifier
from core.contracts.finite import expect_finite
from core.contracts.rounding import Unit, above_rounding


@dataclass(frozen=True, eq=False)
class Attribution:
    """What an explainer found: `values` (N, H, W), signed, not normalised, positive where a pixel supports the target.

    `gap` (N,), where the method promises completeness: |sum of the attributions - (score - score of the baseline)|,
    divided by |score - score of the baseline|. `facts`: further numbers (N,) by name, such as LIME's R2. `pictures`
    (N, C, H, W) in [0, 1]: what the method made of the images, if it makes any.
    """

    values: Tensor
    gap: Tensor | None = None
    facts: Mapping[str, Tensor] = field(default_factory=dict)
    pictures: Tensor | None = None


@dataclass(frozen=True)
class Explainer(Method, ABC):
    """images (N, C, H, W) in [0, 1] and the classes to explain (N,) -> Attribution.

    Each image is explained by itself, with draws that depend on the seed alone: one at a time gives the same as in a
    batch, and the same seed compares two images under the same draws. `reference` (N, C, H, W), by default the images,
    is what anything that depends on the layout of the picture (superpixels) is taken from. A map that is nothing but
    rounding comes out as zeros: see core.contracts.rounding.
    """

    random: ClassVar[bool] = False  # whether another seed gives another map; ask the instance: settings may decide it
    complete: ClassVar[bool] = False  # whether it reports a completeness gap
    attribution: ClassVar[bool] = True  # whether its maps say what speaks for a class: else `poles` name their two ends
    poles: ClassVar[tuple[str, str]] = ("speaks against", "supports")
    caption: ClassVar[str] = "what supports"  # what a map shows, before the name of the class
    pictured: ClassVar[bool] = False  # whether it makes `pictures`
    unit: ClassVar[Unit] = "own"  # of the values: shares of a score, each a difference of probability, or another

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
        attribution, largest = self._drawn(classifier, images, targets, reference, seed)
        gap = None if attribution.gap is None else expect_finite(attribution.gap.detach().cpu(), f"{self.title}'s gap")
        facts = {
            name: expect_finite(values.detach().cpu(), f"{self.title}'s {name}")
            for name, values in attribution.facts.items()
        }
        raw = attribution.values.detach()
        values = above_rounding(raw, self.unit, largest)
        if self.unit == "score" and len(images) > 1:  # beside the scores of other images; a map is judged by its own
            for place in (values != raw).flatten(1).any(dim=1).nonzero()[:, 0].tolist():
                one = slice(place, place + 1)
                alone, own = self._drawn(classifier, images[one], targets[one], reference[one], seed)
                values[one] = above_rounding(alone.values.detach(), self.unit, own)
        pictures = None if attribution.pictures is None else attribution.pictures.detach().float().cpu()
        return Attribution(values.float().cpu(), gap, facts, pictures)

    def _drawn(
        self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int
    ) -> tuple[Attribution, float]:
        """What `run` finds, its shape and values looked at, and the largest absolute score that the network gave."""
        scores = [torch.zeros(())]
        watcher = (lambda _, logits: scores.append(logits.abs().max().cpu())) if self.unit == "score" else None
        with seeded(seed, classifier.device), classifier.frozen(), CancelScope(watcher=watcher):
            attribution = self.run(classifier, images, targets, reference, seed)
        if attribution.values.shape != (len(images), *images.shape[2:]):
            raise ValueError(
                f"{self.key}: expected maps {(len(images), *images.shape[2:])}, got {attribution.values.shape}"
            )
        expect_finite(attribution.values, f"{self.title} gave a map that")
        return attribution, max(float(score) for score in scores)

    @abstractmethod
    def run(
        self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int
    ) -> Attribution: ...
