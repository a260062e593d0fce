"""What a metric is: maps in, a number for each image out.

A method's author writes `run`, the mathematics; the checks, the freezing of the network and the look at the result are
in `__call__`, here, once. What a metric may look at is a `Subject`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor

from core.base.params import Method
from core.contracts.checks import expect_batch
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.contracts.finite import expect_finite


@dataclass(frozen=True, eq=False)
class Subject:
    """What is judged: `values` (N, H, W), maps of `targets` (N,) in `images` (N, C, H, W), on the classifier's device.

    seeds: one an image, for what a metric draws. explainer, seed: what drew the maps, to be asked again. masks
    (N, H, W), bool: the region of each image that a map should find.
    """

    classifier: Classifier
    images: Tensor
    targets: Tensor
    values: Tensor
    seeds: tuple[int, ...]
    explainer: Explainer | None = None
    seed: int = 0
    masks: Tensor | None = None

    def __len__(self) -> int:
        return len(self.targets)

    def explain(self, images: Tensor, targets: Tensor, classifier: Classifier | None = None) -> Tensor:
        """Maps (n, H, W) of other images, or of another classifier, by the same explainer with the same draws."""
        if self.explainer is None:
            raise ValueError("there is no explainer to be asked again")
        found = self.explainer(classifier or self.classifier, images, targets, seed=self.seed)
        return found.values.to(self.values.device)

    def drawn(self, draw: Callable[[torch.Generator], Tensor]) -> Tensor:
        """(N, ...): what `draw` makes of a generator of each image's own seed, so that a batch changes nothing.

        Drawn on the CPU, so that a seed means the same on every device.
        """
        made = [draw(torch.Generator().manual_seed(seed)) for seed in self.seeds]
        return torch.stack(made).to(self.images.device)


@dataclass(frozen=True)
class Metric(Method, ABC):
    """How good a map is: (N,) values in `bounds`, better when `better`. Averaging is the caller's business.

    An image's value depends on the image, its map and its seed, not on the batch. ValueError where a value is not
    finite, or what the metric `needs` beside the map is not given.
    """

    better: ClassVar[Literal["higher", "lower"]]
    unit: ClassVar[str] = ""
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)  # of the values, as far as they go
    needs: ClassVar[Literal["", "explainer", "masks"]] = ""  # beside the map

    def __call__(
        self,
        classifier: Classifier,
        images: Tensor,
        targets: Tensor,
        attribution: Attribution,
        *,
        seeds: Sequence[int] | None = None,
        explainer: Explainer | None = None,
        seed: int = 0,
        masks: Tensor | None = None,
    ) -> Tensor:
        """Values (N,) on the CPU. seeds: one an image, by default 0. explainer, seed: what drew the maps."""
        subject = self.subject(classifier, images, targets, attribution, seeds, explainer, seed, masks)
        with classifier.frozen():
            found = self.run(subject)
        return expect_finite(found.detach().cpu(), f"the result of {self.title}").float()

    def subject(
        self,
        classifier: Classifier,
        images: Tensor,
        targets: Tensor,
        attribution: Attribution,
        seeds: Sequence[int] | None = None,
        explainer: Explainer | None = None,
        seed: int = 0,
        masks: Tensor | None = None,
    ) -> Subject:
        """What `run` looks at, on the classifier's device; ValueError in one sentence if it does not fit."""
        expect_batch(classifier, images, targets)
        wanted, device = (len(images), *images.shape[2:]), classifier.device
        if tuple(attribution.values.shape) != wanted:
            raise ValueError(f"expected maps {wanted}, got {tuple(attribution.values.shape)}")
        if seeds is not None and len(seeds) != len(images):
            raise ValueError(f"expected {len(images)} seeds, got {len(seeds)}")
        if self.needs == "explainer" and explainer is None:
            raise ValueError(f"{self.title} needs the explainer that drew the map, to ask it again")
        if self.needs == "masks" and masks is None:
            raise ValueError(f"{self.title} needs a mask for each image: the region that a map should find")
        if masks is not None and (tuple(masks.shape) != wanted or masks.dtype != torch.bool):
            raise ValueError(f"expected masks {wanted} of bool, got {tuple(masks.shape)} of {masks.dtype}")
        return Subject(
            classifier, images.detach().to(device), targets.to(device), attribution.values.detach().to(device),
            tuple(seeds or [0] * len(images)), explainer, seed, None if masks is None else masks.to(device),
        )  # fmt: skip

    def null(self, subject: Subject) -> Tensor | None:
        """(N,) what a map that knows nothing gets in the mean, where that is known for each image; else None."""
        return None

    @abstractmethod
    def run(self, subject: Subject) -> Tensor: ...
