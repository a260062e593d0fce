"""What is done to a picture before a network sees it: one record, for shipped networks and one's own alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import nn

from core.contracts.classifier import Classifier

INTERPOLATIONS = ("bicubic", "bilinear")
UNKNOWN = 0.5  # mean and std where nothing is known of the images: values from 0 to 1 become -1 to 1


@dataclass(frozen=True)
class Preprocessing:
    """Size (C, H, W), resize, interpolation, mean and std by channel: see core.contracts.classifier.Classifier."""

    size: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    resize: int = 0
    interpolation: str = "bicubic"

    @classmethod
    def of(cls, classifier: Classifier) -> "Preprocessing":
        """That of a classifier."""
        return cls(classifier.size, classifier.mean, classifier.std, classifier.resize, classifier.interpolation)

    def around(self, net: nn.Module, labels: tuple[str, ...], **facts: Any) -> Classifier:
        """The classifier that `net` is after this preprocessing."""
        return Classifier(net, labels, **vars(self), **facts)

    def at(self, size: tuple[int, int, int]) -> "Preprocessing":
        """What is usual for images of another size: no cropping; nothing is known of other channels' mean and std.

        >>> Preprocessing((3, 224, 224), (0.4,) * 3, (0.2,) * 3, 256).at((1, 64, 64))
        Preprocessing(size=(1, 64, 64), mean=(0.5,), std=(0.5,), resize=0, interpolation='bicubic')
        """
        same = size[0] == self.size[0]
        unknown = (UNKNOWN,) * size[0]
        return replace(
            self, size=size, resize=self.resize if size == self.size else 0,
            mean=self.mean if same else unknown, std=self.std if same else unknown,
        )  # fmt: skip

    def entries(self) -> dict[str, Any]:
        """As it stands on a card."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}

    @property
    def said(self) -> str:
        """In words.

        >>> Preprocessing((1, 28, 28), (0.1307,), (0.3081,)).said
        'scaled to 28 × 28 pixels (bicubic), values from 0 to 1 less 0.131, divided by 0.308'
        """
        mean, std = (", ".join(f"{value:.3g}" for value in values) for values in (self.mean, self.std))
        middle = f"{self.size[2]} × {self.size[1]} pixels"
        cut = f"shorter side scaled to {self.resize} ({self.interpolation}), then the middle {middle}"
        whole = f"scaled to {middle} ({self.interpolation})"
        return f"{cut if self.resize else whole}, values from 0 to 1 less {mean}, divided by {std}"

    @property
    def takes(self) -> str:
        """What a network takes, in words: the pixels, their values, and what becomes of these.

        >>> Preprocessing((1, 224, 224), (0.5,), (1 / 2048,)).takes
        '224 × 224 pixels, greyscale, values 0 to 1, which become -1,024 to 1,024 (mean 0.5, deviation 0.000488)'
        """
        same = len(set(zip(self.mean, self.std, strict=True))) == 1
        mean, std = (", ".join(f"{v:.3g}" for v in values[: 1 if same else None]) for values in (self.mean, self.std))
        ends = [(end - m) / s for end in (0, 1) for m, s in zip(self.mean, self.std, strict=True)]
        low, high = (f"{end:,.0f}" if abs(end) >= 100 else f"{end:.3g}" for end in (min(ends), max(ends)))
        colours = "greyscale" if self.size[0] == 1 else "colour"
        how = f"which become {low} to {high} (mean {mean}, deviation {std})"
        return f"{self.size[2]} × {self.size[1]} pixels, {colours}, values 0 to 1, {how}"


def numbers(text: str, what: str) -> tuple[float, ...]:
    """The numbers in a text, between commas or spaces; ValueError if there is anything else.

    >>> numbers("0.485, .456 .406", "mean")
    (0.485, 0.456, 0.406)
    """
    try:
        return tuple(float(part) for part in text.replace(",", " ").split())
    except ValueError as error:
        raise ValueError(f"expected {what} as numbers with commas between them, got {text[:60]!r}") from error


def each_channel(values: Sequence[float] | None, channels: int) -> Sequence[float] | None:
    """One number stands for every channel."""
    return tuple(values) * channels if values is not None and len(values) == 1 else values
