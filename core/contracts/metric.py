"""What a metric is: one map in, a number for each image out."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from torch import Tensor

from core.base.params import Method
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution
from core.contracts.finite import finite_result


@dataclass(frozen=True)
class Metric(Method, ABC):
    """How good a map is by itself: (N,) values, better when `better`. Averaging is the caller's business.

    ValueError where a value is not finite.
    """

    better: ClassVar[Literal["higher", "lower"]]
    unit: ClassVar[str] = ""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.__call__ = finite_result(cls.__call__)  # type: ignore[method-assign]

    @abstractmethod
    def __call__(self, classifier: Classifier, images: Tensor, targets: Tensor, attribution: Attribution) -> Tensor: ...
