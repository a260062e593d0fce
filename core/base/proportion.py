"""A proportion with its 95 % interval (Wilson 1927)."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Proportion:
    """`hits` of `count`, as a fraction with its 95 % Wilson interval."""

    hits: int
    count: int

    @property
    def value(self) -> float:
        return self.hits / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval at 95 %.

        >>> [round(bound, 3) for bound in Proportion(8, 10).interval]
        [0.49, 0.943]
        """
        z, n, p = 1.959964, self.count, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return middle - half, middle + half

    def entry(self) -> dict[str, Any]:
        """As a checkpoint's card has it."""
        low, high = self.interval
        return {"accuracy": self.value, "count": self.count, "interval_95": [round(low, 4), round(high, 4)]}
