"""What all trainings share that keep a map of LIME's support for each image: how, when, and what is told of them."""

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from core.base.params import label, param, parameter_of
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.objectives._mask_cycles import group
from core.objectives.pgd_adversarial import PGDAdversarial
from core.occlusion.superpixels import superpixels
from core.spurious.controls import shuffled_masks
from core.spurious.map_statistics import map_statistics
from core.spurious.mask_leakage import mask_leakage
from core.spurious.regions import CLASSES
from core.spurious.score import Repeats, lime_weights
from core.spurious.support import dealt, support_map

SOURCES = {
    "lime": "LIME's explanation of the picture", "shuffled": "control: LIME's, of another picture",
    "random": "control: LIME's weights, dealt to the cells by lot",
}  # fmt: skip


def map_source(more: Mapping[str, str]) -> Any:
    """The parameter `mask_source`; `more`: controls that only one objective has, each with its words."""
    return param("lime", choices=SOURCES | dict(more), title="Map from",
                 help="Where the map of what supports the answer comes from; all but LIME are there to tell whether "
                 "the explanation adds anything")  # fmt: skip


@dataclass(frozen=True)
class SupportMaps(PGDAdversarial, ABC):
    """Adversarial training that keeps a map for each image, of mean 1: core.spurious.support says what it means.

    LIME explains the moving average of the weights (the teacher), and by default the teacher's own answer: the true
    label gives itself away. Every `every` epochs, after the first `first`, maps are made for one of the `groups` of
    images, so that an image gets a new one every `every` x `groups` epochs; till then it has none: its part of
    `Batch.masks` is 0.

    Controls: shuffled maps are LIME's, each given to an image drawn by lot; random ones have LIME's weights for the
    image itself, each given to a cell drawn by lot. For sources in `even` LIME is not asked: their maps are 1
    everywhere, made at the same times.
    """

    kept_as: ClassVar[torch.dtype] = torch.float16
    region: ClassVar[str] = "supporting"
    even: ClassVar[tuple[str, ...]] = ()

    mask_source: str = map_source({})
    explained: str = param(
        "teacher",
        choices=CLASSES,
        title="Class explained",
        help="Whose support is looked at; a map made with the true label can give the label away",
    )
    cells: int = param(16, low=4, high=100, title="Number of cells", help="Into how many square cells LIME cuts a "
                       "picture")  # fmt: skip
    samples: int = param(33, low=2, high=1000, title="LIME samples", help="Covered copies of an image in one repeat; "
                         "fewer than twice the number of cells cannot tell cells apart")  # fmt: skip
    repeats: int = param(2, low=1, high=10, title="Repeats", help="How often LIME is asked about a picture; the map is "
                         "the mean, or what varies")  # fmt: skip
    noise: float = param(10 / 255, low=0.0, high=64 / 255, title="Noise of a repeat", unit="/255",
                         help="Standard deviation of the noise added in each repeat")  # fmt: skip
    near: bool = param(False, title="Near copies count more", help="LIME's kernel: a copy that is less covered counts "
                       "more. Without, all count alike, and as few copies as here tell more")  # fmt: skip
    first: int = param(
        1, low=0, high=1000, title="First maps after … epochs", help="Epochs before LIME is asked at all"
    )
    every: int = param(3, low=1, high=1000, title="New maps every … epochs",
                       help="LIME is asked anew so often, as the model changes")  # fmt: skip
    groups: int = param(5, low=1, high=50, title="Groups", help="In how many groups all images get new maps, one after "
                        "the other: 5 means a fifth each time")  # fmt: skip

    @property
    def named(self) -> str:
        entry = parameter_of(type(self), "mask_source")
        if entry is None or self.mask_source == "lime":
            return self.title
        return f"{self.title} ({label(entry, self.mask_source)})"

    def due(self, epoch: int) -> bool:
        return epoch >= self.first and (epoch - self.first) % self.every == 0

    def unguided(self, epochs: int) -> str:
        if any(self.due(epoch) for epoch in range(epochs)):
            return ""
        return (
            f"No map is made: the first would be after {self.first} epochs, and the training has {epochs}. Nothing "
            "guides this training but its other settings."
        )

    def rows(self, count: int, epoch: int, seed: int) -> Tensor:
        return group(count, (epoch - self.first) // self.every, self.groups, seed)

    def map_of(self, weights: Tensor, parts: Tensor) -> Tensor:
        """LIME's weights (T, n, S) in each repeat, parts (n, H, W) -> maps (n, H, W) of mean 1."""
        return support_map(weights, parts)

    def refresh(self, classifier: Classifier, teacher: Classifier, batch: Batch, epoch: int) -> Tensor | None:
        images = batch.images
        if self.mask_source in self.even:
            return torch.ones_like(images[:, 0], dtype=self.kept_as)
        parts = superpixels(images, "grid", self.cells)
        with teacher.frozen():
            classes = batch.labels if self.explained == "true" else teacher.probabilities(images).argmax(dim=1)
            bf16 = torch.is_autocast_enabled(images.device.type)
            ask = Repeats(self.samples, self.repeats, self.noise, bf16, self.near)
            target = None if self.explained == "free" else classes
            weights = lime_weights(teacher, images, target, parts, ask, batch.seed)
        if self.mask_source == "random":
            weights = dealt(weights, batch.draw("cells", uniform, (weights.shape[2],)))
        return self.map_of(weights, parts).to(self.kept_as)

    def arrange(self, masks: Tensor, seed: int) -> Tensor:
        return shuffled_masks(masks, seed) if self.mask_source == "shuffled" else masks

    def audit(self, masks: Tensor, before: Tensor | None, labels: Tensor) -> Mapping[str, float]:
        """The leak meter sees where a map is above 1, more than an even share."""
        return {**map_statistics(masks, before), **mask_leakage(masks > 1, labels)}


def uniform(shape: tuple[int, ...], draws: torch.Generator) -> Tensor:
    """Numbers in [0, 1), as `Batch.draw` asks for them."""
    return torch.rand(shape, generator=draws)


def known(maps: Tensor) -> Tensor:
    """(n,) bool: which images have a map (n, H, W) by now.

    >>> known(torch.tensor([[[0.0, 0.0]], [[0.0, -0.5]]])).tolist()
    [False, True]
    """
    return maps.flatten(1).any(dim=1)
