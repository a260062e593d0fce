"""Several comparisons at once: Holm's correction, and what can be said of a difference after it."""

import math
from collections.abc import Sequence

from core.evaluation.paired import Difference

Z = 1.959964
LEVEL = 0.05


def p_value(found: Difference) -> float:
    """Two-sided, by the normal approximation behind the interval: how often chance alone is as far from 0.

    An interval that ends at 0 has 0.05:

    >>> round(p_value(Difference(0.5, 0.0, 1.0, 100)), 4), p_value(Difference(0.0, 0.0, 0.0, 9))
    (0.05, 1.0)
    """
    error = (found.high - found.low) / (2 * Z)
    if error <= 0:
        return float(found.value == 0)
    return math.erfc(abs(found.value) / error / math.sqrt(2))


def holm(values: Sequence[float]) -> list[float]:
    """p values adjusted for their number (Holm 1979), in the order given; each is to be held against 0.05.

    The smallest of m is multiplied by m, the next by m - 1 and so on, none falling below one before it. As R's
    p.adjust:

    >>> [round(value, 4) for value in holm([0.01, 0.04, 0.03, 0.005])]
    [0.03, 0.06, 0.06, 0.02]
    """
    adjusted, highest = [0.0] * len(values), 0.0
    for place, which in enumerate(sorted(range(len(values)), key=lambda each: values[each])):
        highest = max(highest, min(1.0, (len(values) - place) * values[which]))
        adjusted[which] = highest
    return adjusted
