"""The worst case over attacks, image by image: what each attack took that the ones before it had left.

Robustness is the mean over images of the worst attack on each, not the worst of the attacks' means (Carlini et al.
2019, arXiv 1902.06705, section 5.4).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.robustness.cells import Cell, Real, Whole


def weakest(cells: Sequence[Cell]) -> Whole:
    """(N,) the place of the strength at which each image first falls to any of the attacks: see `Swept.fell`."""
    first: Whole = np.minimum.reduce([cell.fell for cell in cells])
    return first


@dataclass(frozen=True)
class Fall:
    """One step of a waterfall: an attack, the images (rows) it took of what those before had left, how many stand."""

    attack: int
    rows: tuple[int, ...]
    left: int

    @property
    def took(self) -> int:
        return len(self.rows)


def waterfall(cells: Sequence[Cell], place: int) -> list[Fall]:
    """What each attack, in the order given, took up to the strength of this place, of the images right as they are.

    >>> def cell(*fell: int) -> Cell:
    ...     return Cell(np.array(fell), np.zeros(4, int), np.zeros((1, 4)), np.zeros(4, bool), 0, 0, 0.0, 0.0)
    >>> [(fall.took, fall.left) for fall in waterfall([cell(-1, 0, 1, 1), cell(-1, 0, 0, 1)], 0)]
    [(1, 2), (1, 1)]
    """
    standing, falls = cells[0].fell >= 0, []
    for number, cell in enumerate(cells):
        after = standing & cell.right(place)
        falls.append(Fall(number, tuple(np.flatnonzero(standing & ~after).tolist()), int(after.sum())))
        standing = after
    return falls


def most_fragile(cells: Sequence[Cell], confidence: Real, count: int) -> Whole:
    """Which images (rows of the matrix) that are right as they are fall first: by strength, then the less sure."""
    first = weakest(cells)
    order = np.lexsort((np.asarray(confidence), first))
    return order[first[order] >= 0][:count]
