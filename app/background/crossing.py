"""The crossing of two attacks on its way: what each model makes of the other's image."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from app.background.jobs import Work
from core.compare.comparison import Comparison, Side


@dataclass(eq=False)
class ComparisonWork(Work):
    """The crossing of two finished attacks on its way."""

    comparison: Comparison

    def work(self, parts: Iterator[tuple[Side, str]], turn: AbstractContextManager[None]) -> None:
        """Go through what is not known yet; the body of the thread."""
        self.through(parts, f"comparison on {self.comparison.pair.image}", turn)
