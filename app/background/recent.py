"""What is kept in memory in the order of its last use, so many and of so many bytes: the oldest go."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Generic, TypeVar

from torch import Tensor

T = TypeVar("T")
LARGEST = 500 * 10**6  # bytes of all that is kept


class Recent(Generic[T]):
    """Key -> value, at most `count` of them and `largest` bytes; what is `alive`, or was used last, never goes."""

    def __init__(self, count: int, alive: Callable[[T], bool], largest: int = LARGEST) -> None:
        self.count, self.largest, self.alive = count, largest, alive
        self._kept: OrderedDict[str, T] = OrderedDict()

    def get(self, key: str) -> T | None:
        """The value, which counts as used now; None if there is none."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: str, value: T) -> None:
        """Keep it; what was used longest ago goes where there is too much."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        self.shrink()

    def drop(self, key: str) -> None:
        self._kept.pop(key, None)

    def clear(self) -> None:
        self._kept.clear()

    def values(self) -> list[T]:
        return list(self._kept.values())

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._kept))

    def shrink(self) -> None:
        """Let go of what is too much; to be called again when something has grown."""
        taken = {key: size(value) for key, value in self._kept.items()}
        for key in list(self._kept)[:-1]:
            if len(self._kept) <= self.count and sum(taken.values()) <= self.largest:
                return
            if not self.alive(self._kept[key]):
                del self._kept[key], taken[key]


def size(value: object) -> int:
    """Bytes of the tensors in a value: in its fields, where it is a dataclass, and in dicts.

    >>> import torch
    >>> size({"a": torch.zeros(2, 3), "b": [1]})
    24
    """
    if isinstance(value, Tensor):
        return value.nbytes
    if isinstance(value, dict):
        return sum(map(size, list(value.values())))  # which another thread may be filling
    if is_dataclass(value):
        return sum(size(getattr(value, each.name)) for each in fields(value))
    return 0
