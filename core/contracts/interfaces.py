"""Where classifiers and data sets come from."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor

from core.base.cancellation import Progress as Progress
from core.contracts.classifier import Classifier


class Source(ABC):
    """Where classifiers come from: a key, and the checkpoints to be had under it."""

    key: ClassVar[str]
    title: ClassVar[str]
    packaged: ClassVar[bool] = False  # whether the weights come with the project, each with a card
    trainable: ClassVar[bool] = True  # whether a refinement may begin with them

    def stamp(self, checkpoint: str) -> str:
        """Changes when the weights behind the name or their card are replaced; "" where they cannot be."""
        return ""

    @abstractmethod
    def checkpoints(self) -> Mapping[str, str]:
        """Checkpoint name -> what people call it. The name may be "" where there is only one."""

    @abstractmethod
    def load(self, checkpoint: str, progress: Progress | None = None) -> Classifier:
        """The classifier in evaluation mode, on the CPU; ValueError or OSError in plain words if it cannot be had."""


@dataclass(frozen=True, eq=False)
class Images:
    """Labelled images: uint8 (N, C, H, W), int64 (N,), the names of the classes, and sentences on what was left out."""

    images: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class DataFacts:
    """What there is, told without reading pixels: `size` (C, H, W), `classes`, images by split and then by class."""

    size: tuple[int, int, int]
    classes: tuple[str, ...]
    per_class: Mapping[str, tuple[int, ...]]

    @property
    def counts(self) -> dict[str, int]:
        """Images by split."""
        return {split: sum(numbers) for split, numbers in self.per_class.items()}


class DataSet(ABC):
    """A data set by name, with a train and a test split."""

    key: ClassVar[str]
    title: ClassVar[str]
    mirrored: ClassVar[bool] = True  # whether a picture seen in a mirror still shows its class

    def prepare(self, progress: Progress | None = None) -> None:  # noqa: B027
        """Bring it onto this machine if it is not there; OSError or ValueError in one sentence if it cannot be had."""

    def facts(self) -> DataFacts | None:
        """What there is, without reading pixels; None if it must be fetched first."""
        return None

    @abstractmethod
    def load(self, split: Literal["train", "test"]) -> Images: ...
