"""One training batch, or the part of it that one process works on, and draws that do not depend on who works on it."""

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from core.contracts.ascend import random_change

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
    CPU; masks (n, H, W), bool, moved and mirrored like the images, if the objective keeps any; others (n, C, H, W), the
    next image of the whole batch for each, as it is in the data, if the objective wants pairs; kept: the numbers that
    the objective keeps from step to step. `seed` is the step's.
    """

    images: Tensor
    labels: Tensor
    indices: Tensor
    seed: int
    first: int
    whole: int
    masks: Tensor | None = None
    others: Tensor | None = None
    kept: Mapping[str, float] = field(default_factory=dict)

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

    def start(self, eps: float, images: Tensor | None = None) -> Tensor:
        """A uniform random point within eps of each image, clipped to [0, 1]: where an inner maximisation begins.

        images: other images than the batch's own, such as masked ones.
        """
        change = self.draw("start", lambda shape, draws: random_change(shape, eps, math.inf, draws))
        return ((self.images if images is None else images) + change).clamp(0, 1)

    def parts(self, at_once: int) -> list["Batch"]:
        """The same rows in parts of at most `at_once` images, as even as possible."""
        count = math.ceil(len(self) / at_once)
        bounds = [len(self) * part // count for part in range(count + 1)]
        return [self.rows(begin, end) for begin, end in zip(bounds, bounds[1:], strict=False)]

    def rows(self, begin: int, end: int) -> "Batch":
        """Rows begin to end of these rows, which still know their places in the whole batch."""
        masks = None if self.masks is None else self.masks[begin:end]
        others = None if self.others is None else self.others[begin:end]
        return replace(
            self, images=self.images[begin:end], labels=self.labels[begin:end], indices=self.indices[begin:end],
            first=self.first + begin, masks=masks, others=others,
        )  # fmt: skip
