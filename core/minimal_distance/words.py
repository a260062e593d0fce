"""The result of a run that sought minimal distances, in words."""

from collections.abc import Mapping
from typing import Any

from core.base.units import in_255ths

AREAS = {"attack": "The accuracy-robustness area is", "btr": "as long as it does better than random,"}


def sentences(result: Mapping[str, Any]) -> str:
    """Areas with their intervals and the median of each distance; "" if it cannot be told.

    >>> area = {"ara": 0.0188, "interval_95": [0.0171, 0.0204], "median": 0.0171}
    >>> sentences({"count": 1000, "accuracy": 0.679, "attack": area, "linf": {"median": 4 / 255}})
    'Of 1,000 images, 67.9 % are right as they are. The accuracy-robustness area is 0.0188 (95 % interval 0.0171 to
    0.0204). Half of them lie no farther from a wrong answer than RMS 0.0171, L-infinity 4/255.'
    """
    try:
        told = f"Of {result['count']:,} images, {100 * result['accuracy']:.1f} % are right as they are."
        areas = [
            f"{words} {result[key]['ara']:.4f} (95 % interval {result[key]['interval_95'][0]:.4f} to "
            f"{result[key]['interval_95'][1]:.4f})"
            for key, words in AREAS.items()
            if key in result
        ]
        medians = {key: result[key]["median"] for key in ("attack", "l2", "linf") if key in result}
        sizes = [
            {"attack": f"RMS {size:.4g}", "l2": f"L2 {size:.4g}", "linf": f"L-infinity {in_255ths(size, '.3g')}"}[key]
            for key, size in medians.items()
            if size is not None
        ]
    except (KeyError, IndexError, TypeError, ValueError):
        return ""
    half = f" Half of them lie no farther from a wrong answer than {', '.join(sizes)}." if sizes else ""
    return told + (f" {'; '.join(areas)}." if areas else "") + half
