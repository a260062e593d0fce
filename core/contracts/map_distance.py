"""What a map distance is: two maps of one image in, how far they are apart out."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor

from core.base.params import Method


@dataclass(frozen=True)
class MapDistance(Method, ABC):
    """How far a map (N, H, W) moved to become another: (N,) values. `same` is the value for two identical maps."""

    same: ClassVar[float]
    moved: ClassVar[Literal["higher", "lower"]]  # where the value goes as maps move apart
    unit: ClassVar[str] = ""
    digits: ClassVar[int] = 2

    @abstractmethod
    def __call__(self, before: Tensor, after: Tensor) -> Tensor: ...
