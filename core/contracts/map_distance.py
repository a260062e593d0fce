"""What a map distance is: two maps of one image in, how far they are apart out."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from torch import Tensor

from core.base.params import Method
from core.contracts.finite import finite_result


@dataclass(frozen=True)
class MapDistance(Method, ABC):
    """How far a map (N, H, W) moved to become another: (N,) values. `same` is the value for two identical maps.

    ValueError where a value is not finite.
    """

    same: ClassVar[float]
    moved: ClassVar[Literal["higher", "lower"]]  # where the value goes as maps move apart
    unit: ClassVar[str] = ""
    digits: ClassVar[int] = 2

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.__call__ = finite_result(cls.__call__)  # type: ignore[method-assign]

    @abstractmethod
    def __call__(self, before: Tensor, after: Tensor) -> Tensor: ...
