"""What a corruption is: pictures and a severity in, pictures as a bad camera, bad weather or a bad file would give."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

import torch
from torch import Tensor

from core.base.params import Method
from core.contracts.batch import stream
from core.contracts.finite import expect_finite

SEVERITIES = (1, 2, 3, 4, 5)
SMALL = 64  # the longest side, in pixels, of pictures that take the constants of CIFAR-10-C
ROUNDING = 1e-6  # what arithmetic in double precision may have taken from a whole level, by far
CITE = "Hendrycks, Dietterich 2019, arXiv 1903.12261"

Draws = Sequence[torch.Generator]  # one for each image, so that no image's numbers depend on its batch


@dataclass(frozen=True)
class Corruption(Method, ABC):
    """uint8 images (N, C, H, W), C 1 or 3, of any size, and a severity from 1 to 5 -> uint8 images of the same shape.

    `small` and `large` hold the constants of the five severities, as in the authors' make_cifar_c for pictures of at
    most 64 pixels and as in their make_imagenet_c for larger ones. What is drawn for an image is drawn from the seed,
    the severity and the image's place in its data set alone: the same in every batch. As the authors' do, results are
    cut off to whole levels, not rounded. `reconstructed` says what of the published one is made up here; "" nothing.
    """

    group: ClassVar[Literal["noise", "blur", "weather", "digital"]]
    small: ClassVar[tuple[Any, ...]]
    large: ClassVar[tuple[Any, ...]]
    reconstructed: ClassVar[str] = ""

    def __call__(self, images: Tensor, severity: int, *, seed: int = 0, first: int = 0) -> Tensor:
        """The images corrupted; `first` is the place of the first in its data set. ValueError if they cannot be."""
        if images.ndim != 4 or images.dtype != torch.uint8 or images.shape[1] not in (1, 3) or 0 in images.shape[2:]:
            shown = f"{tuple(images.shape)} {str(images.dtype).removeprefix('torch.')}"
            raise ValueError(f"expected uint8 images of shape (N, 1 or 3, H, W), got {shown}")
        if severity not in SEVERITIES:
            raise ValueError(f"expected a severity from 1 to 5, got {severity!r}")
        if not len(images):
            return images.clone()
        setting = (self.small if max(images.shape[2:]) <= SMALL else self.large)[severity - 1]
        seeds = [stream(seed, self.key, severity, first + index) for index in range(len(images))]
        made = self.run(images.cpu(), setting, [torch.Generator().manual_seed(each) for each in seeds])
        if made.dtype == torch.uint8:
            return made
        return (expect_finite(made, f"the result of {self.title}") + ROUNDING).clamp(0, 255).to(torch.uint8)

    @abstractmethod
    def run(self, images: Tensor, setting: Any, draws: Draws) -> Tensor:
        """The images, uint8 on the CPU, changed by `setting`, one of `small` or `large`: uint8, or levels of any kind.

        Levels are numbers from 0 to 255, or beyond, where they are cut to it.
        """


class CorruptedImages(Protocol):
    """Corrupted test images in the order of the clean ones, made when they are asked for or read from files."""

    @property
    def names(self) -> tuple[str, ...]:
        """The corruptions there are, by key."""

    def __len__(self) -> int:
        """How many images there are of each corruption and severity."""

    def part(self, corruption: str, severity: int, begin: int, end: int) -> Tensor:
        """Images `begin` to `end`, corrupted: uint8 (end - begin, C, H, W)."""
