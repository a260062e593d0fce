"""The numbers of a comparison as short text: a bound, a strength, a value or a difference with its interval."""

import math
from collections.abc import Sequence

from core.base.units import FULL, in_255ths


def size(value: float, norm: float) -> str:
    """A bound for the screen, in its norm.

    >>> size(0.5 / 255, math.inf), size(0.0, math.inf), size(0.1234, 2), size(1.0, math.inf)
    ('0.50/255', '0', '0.12', 'none')
    """
    if value == 0:
        return "0"
    if not math.isfinite(value) or (norm == math.inf and value >= 1):
        return "none"
    shown = value if norm == 2 else FULL * value
    form = f".{2 if shown < 1 else 1 if shown < 10 else 0}f"
    return f"{value:{form}}" if norm == 2 else in_255ths(value, form)


def short(eps: float, norm: float) -> str:
    """A strength as short as can be, for the buttons of a row.

    >>> short(8 / 255, math.inf), short(0.5, 2)
    ('8/255', '0.5')
    """
    return in_255ths(eps) if norm == math.inf else f"{eps:.3g}"


def interval(found: Sequence[float], times: float, digits: int) -> str:
    """A value with its 95 % interval.

    >>> interval((0.5, 0.45, 0.5512), 100, 1)
    '50.0 (45.0 to 55.1)'
    """
    value, low, high = (f"{round(times * each, digits) + 0.0:.{digits}f}".replace("-", "−") for each in found)
    return f"{value} ({low} to {high})"


def change(found: Sequence[float], times: float, digits: int) -> str:
    """A difference with its 95 % interval, each with its sign.

    >>> change((0.5, -0.05, 0.6), 100, 0)
    '+50 (−5 to +60)'
    """
    said = [f"{round(times * each, digits) + 0.0:+.{digits}f}".replace("-", "−") for each in found]
    return f"{said[0]} ({said[1]} to {said[2]})"
