"""What a metric is: one map in, a number for each image out."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor

from core.base.params import Method
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution


@dataclass(frozen=True)
class Metric(Method, ABC):
    """How good a map is by itself: (N,) values, better when `better`. Averaging is the caller's business."""

    better: ClassVar[Literal["higher", "lower"]]
    unit: ClassVar[str] = ""

    @abstractmethod
    def __call__(self, classifier: Classifier, images: Tensor, targets: Tensor, attribution: Attribution) -> Tensor: ...
