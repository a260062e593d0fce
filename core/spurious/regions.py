"""Masks of spurious regions for a batch of images, from LIME or from one of its controls."""

from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor

from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.occlusion.superpixels import superpixels
from core.spurious.controls import gradient_parts, random_parts
from core.spurious.parts import in_use, largest, painted
from core.spurious.score import FLAT, Repeats, lime_weights, score, sensitivity

SOURCES = {
    "lime": "LIME's explanations", "random": "random parts (control)", "gradient": "the gradient (control)",
    "shuffled": "LIME's, shuffled (control)", "none": "no regions (control)",
}  # fmt: skip
WHOLE = {"whole": "the whole picture (control)"}  # a source more, where nothing is covered
CLASSES = {"true": "the true label", "teacher": "the model's own answer", "free": "none: no label is used"}
POLARITIES = {"against": "not supporting the class", "supporting": "supporting the class"}


@dataclass(frozen=True)
class SpuriousRegions:
    """How spurious regions are found; the names and defaults are those of the objective `lime_guided`.

    mask_source: lime, none, or a control of core.spurious.controls; of these, shuffled is lime here, and whoever asks
    shuffles; whole is every pixel. explained: the true class, the teacher's answer, or no class (free): then LIME
    explains whether the answer stays as it is, and instability alone is blamed, which takes a weight for it and
    repeats. Fewer samples than twice the next power of 2 from the number of parts, plus 1, mix up effects of parts.
    """

    mask_source: str = "lime"
    explained: str = "teacher"
    polarity: str = "against"
    area: float = 0.25
    instability: float = 0.0
    irrelevance: float = 1.0
    parts: str = "grid"
    cells: int = 16
    samples: int = 33
    repeats: int = 1
    noise: float = 10 / 255

    def __post_init__(self) -> None:
        if self.mask_source not in ("lime", "shuffled"):
            return
        if self.instability > 0 and self.repeats < 2:
            raise ValueError("instability shows between repeats: expected at least 2 of them, got 1")
        if self.instability == 0 and (self.irrelevance == 0 or self.explained == "free"):
            raise ValueError("nothing is left to blame a part for: expected a weight of instability above 0, got 0")

    @classmethod
    def of(cls, objective: Any) -> "SpuriousRegions":
        """Those of an objective that has fields of the same names."""
        return cls(**{entry.name: getattr(objective, entry.name) for entry in fields(cls)})

    def masks(self, classifier: Classifier, teacher: Classifier, batch: Batch) -> Tensor | None:
        """(n, H, W) bool: the spurious pixels of each image; empty where LIME tells no part from another."""
        if self.mask_source == "none":
            return None
        images = batch.images
        if self.mask_source in WHOLE:
            return torch.ones_like(images[:, 0], dtype=torch.bool)
        parts = superpixels(images, self.parts, self.cells)
        used = in_use(parts)
        if self.mask_source == "random":
            return painted(random_parts(batch, used, self.cells, self.area), parts)
        classes = batch.labels if self.explained == "true" else teacher.probabilities(images).argmax(dim=1)
        with classifier.frozen():
            sensitive = sensitivity(classifier, images, classes, parts)
            if self.mask_source == "gradient":
                return painted(gradient_parts(sensitive, used, self.area), parts)
            bf16 = torch.is_autocast_enabled(images.device.type)
            ask = Repeats(self.samples, self.repeats, self.noise, bf16)
            target = None if self.explained == "free" else classes
            weights = lime_weights(classifier, images, target, parts, ask, batch.seed)
        values = score(
            weights, sensitive, used, unstable=self.instability, supporting=self.polarity == "supporting",
            unsupported=0.0 if target is None else self.irrelevance,
        )  # fmt: skip
        told = weights.mean(dim=0).abs().sum(dim=1) / used.sum(dim=1) > FLAT
        return painted(largest(values, used, self.area) & told[:, None], parts)
