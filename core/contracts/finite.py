"""What comes out of a model or a method is a number that float32 holds, or one sentence: NaN compares as nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from torch import Tensor


class NotFinite(ValueError):
    """A result holds NaN, or numbers that float32 does not."""


def expect_finite(values: Tensor, what: str) -> Tensor:
    """`values` as they are; NotFinite (a ValueError) unless every one is finite in float32, in which results are kept.

    >>> expect_finite(torch.tensor([1e300], dtype=torch.float64), "the map")
    Traceback (most recent call last):
    core.contracts.finite.NotFinite: the map is not finite
    """
    if not torch.isfinite(values.float()).all():
        raise NotFinite(f"{what} is not finite")
    return values


def finite_result(call: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The `__call__` of a method whose result is checked: NotFinite names the method by its title."""

    @wraps(call)
    def checked(self: Any, *given: Any, **named: Any) -> Tensor:
        return expect_finite(call(self, *given, **named), f"the result of {self.title}")

    return checked
