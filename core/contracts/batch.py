"""One training batch, or the part of it that one process works on, and draws that do not depend on who works on it."""

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from core.contracts.ascend import random_change
from core.contracts.classifier import Classifier

Draw = Callable[[tuple[int, ...], torch.Generator], Tensor]


def stream(seed: int, *where: int | str) -> int:
    """A seed of 63 bits for one purpose at one place of a run: `stream(seed, "step", 12)`. No generator runs on.

    >>> stream(0, "step", 12) == stream(0, "step", 12), stream(0, "step", 12) == stream(0, "step", 13)
    (True, False)
    """
    raw = repr((seed, *where)).encode()
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "big") >> 1


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows `first` to `first + len(images)` of a batch of `whole` images.

    images (n, C, H, W) in [0, 1], augmented; labels (n,); indices (n,), the images' places in the training data, on the
    CPU. masks (n, H, W), if the objective keeps any: bool, moved and mirrored like the images; or float maps, if it
    keeps those (`Objective.kept_as`), 0 where a crop goes beyond the image. If the objective wants pairs: others
    (n, C, H, W), the next image of the whole batch for each, as it is in the data, other_labels (n,), and other_masks
    if masks are kept. kept: the numbers that the objective keeps from step to step. trained: the share of the epochs
    that are over, from 0 to less than 1. teacher has the moving average of the weights, where there is one. `seed` is
    the step's.
    """

    images: Tensor
    labels: Tensor
    indices: Tensor
    seed: int
    first: int
    whole: int
    masks: Tensor | None = None
    others: Tensor | None = None
    other_labels: Tensor | None = None
    other_masks: Tensor | None = None
    kept: Mapping[str, float] = field(default_factory=dict)
    trained: float = 0.0
    teacher: Classifier | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def draw(self, what: str, make: Draw, shape: tuple[int, ...] | None = None) -> Tensor:
        """These rows of `make((whole, *shape), generator)`, on the images' device; `shape` is an image's by default.

        Drawn on the CPU for the whole batch, from the step's seed and the name `what`, so that neither the device nor
        the number of processes changes a number.
        """
        generator = torch.Generator().manual_seed(stream(self.seed, what))
        drawn = make((self.whole, *(self.images.shape[1:] if shape is None else shape)), generator)
        return drawn[self.first : self.first + len(self)].to(self.images.device)

    def start(self, eps: float | Tensor, images: Tensor | None = None) -> Tensor:
        """A uniform random point within eps of each image, clipped to [0, 1]: where an inner maximisation begins.

        eps: a number, or a map of what each value may change by, (n, C, H, W) or broadcast to it. images: other images
        than the batch's own, such as masked ones.
        """
        reach = 1.0 if isinstance(eps, Tensor) else eps
        change = self.draw("start", lambda shape, draws: random_change(shape, reach, math.inf, draws))
        change = eps * change if isinstance(eps, Tensor) else change
        return ((self.images if images is None else images) + change).clamp(0, 1)

    def parts(self, at_once: int) -> list["Batch"]:
        """The same rows in parts of at most `at_once` images, as even as possible."""
        count = math.ceil(len(self) / at_once)
        bounds = [len(self) * part // count for part in range(count + 1)]
        return [self.rows(begin, end) for begin, end in zip(bounds, bounds[1:], strict=False)]

    def rows(self, begin: int, end: int) -> "Batch":
        """Rows begin to end of these rows, which still know their places in the whole batch."""

        def some(values: Tensor | None) -> Tensor | None:
            return None if values is None else values[begin:end]

        return replace(
            self, images=self.images[begin:end], labels=self.labels[begin:end], indices=self.indices[begin:end],
            first=self.first + begin, masks=some(self.masks), others=some(self.others),
            other_labels=some(self.other_labels), other_masks=some(self.other_masks),
        )  # fmt: skip
