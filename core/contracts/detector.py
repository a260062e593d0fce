"""What a detector is: it learns from original and attacked images to tell them apart, and then scores others."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor

from core.base.params import Method
from core.contracts.classifier import Classifier

Reads = Literal["signatures", "pixels", "answers"]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a detector may look at, of N images, each seen with the classifier's own answer to it.

    `images` (N, C, H, W) in [0, 1]; `probabilities` (N, K), the classifier's; `signatures` (N, H, W): maps of one
    explainer for the classifier's answer, signed, as the explainer gives them. All on the CPU, in single precision.
    """

    images: Tensor
    probabilities: Tensor
    signatures: Tensor

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, rows: Tensor) -> "Evidence":
        """Those of `rows`: numbers or a mask."""
        return Evidence(self.images[rows], self.probabilities[rows], self.signatures[rows])

    @staticmethod
    def joined(parts: Sequence["Evidence"]) -> "Evidence":
        """All of `parts`, one after the other."""
        return Evidence(
            torch.cat([each.images for each in parts]),
            torch.cat([each.probabilities for each in parts]),
            torch.cat([each.signatures for each in parts]),
        )


class Fitted(ABC):
    """A detector that has learned; `tensors`: all that it learned, enough for `Detector.restore`."""

    tensors: Mapping[str, Tensor]

    @abstractmethod
    def score(self, classifier: Classifier, evidence: Evidence) -> Tensor:
        """(N,) in single precision: the higher, the more an image looks attacked; each image is judged by itself."""

    def differentiable(
        self, classifier: Classifier, images: Tensor, probabilities: Tensor, signatures: Tensor
    ) -> Tensor:
        """(N,) the same with a graph back to what is given, for an attacker who knows; NotImplementedError if none."""
        raise NotImplementedError


@dataclass(frozen=True)
class Detector(Method, ABC):
    """Tells attacked images from others, by the signatures, the pixels or the answers (`reads`)."""

    reads: ClassVar[Reads] = "signatures"
    learns: ClassVar[bool] = True  # whether what it is shown in `fit` changes its scores

    @property
    def named(self) -> str:
        """What people call it with these parameters."""
        return self.title

    @abstractmethod
    def fit(self, classifier: Classifier, evidence: Evidence, attacked: Tensor, *, seed: int = 0) -> Fitted:
        """Learn from `evidence`, of which `attacked` (N,) bool are attacked images. The same seed gives the same.

        The two kinds count alike, however many there are of each: see `balanced`. ValueError, from one that learns, if
        there are none of one of the two.
        """

    @abstractmethod
    def restore(self, tensors: Mapping[str, Tensor]) -> Fitted:
        """What had learned `tensors`; ValueError in one sentence if these are none of this detector's."""


def balanced(attacked: Tensor) -> Tensor:
    """(N,) in double precision: what each image counts in learning, so that originals and attacked images count alike.

    They add up to N. So one original counts as much as its versions under four attacks together; none is copied.
    ValueError if there are none of one of the two kinds.

    >>> balanced(torch.tensor([False, True, True, True])).tolist()
    [2.0, 0.666..., 0.666..., 0.666...]
    """
    counts = torch.stack([(~attacked).sum(), attacked.sum()]).double()
    if missing := [kind for kind, count in zip(("original", "attacked"), counts.tolist(), strict=True) if not count]:
        raise ValueError(f"a detector learns from original and attacked images, and there are no {missing[0]} ones")
    weights: Tensor = len(attacked) / (2 * counts[attacked.long()])
    return weights
