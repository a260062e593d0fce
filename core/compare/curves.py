"""From the rows of a comparison over a data set to curves with 95 % intervals, differences, gained and lost images."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.base.proportion import Proportion

Z = 1.959964
MAPS = {"stability": "stable", "noise": "noise"}
MAPPED = ("stable", "noise", "seeds")  # None where there is no map to compare
Numbers = NDArray[np.float64]
Interval = tuple[float, float, float]  # value, low, high


def curves(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everything told by the rows so far, as JSON; the same from the first row to the last, so that curves grow.

    `count`; `matched`, how many of them both models get right as they are, and `mapped`, how many of those have every
    map; by side: `accuracy` (Wilson), `stability` and `noise` at each strength and `seeds`, these three over the mapped
    images (a map that explains a wrong answer answers another question), `bound`, `share`, each (value, low, high), and
    `without_gradient`, how many images that it gets right as they are gave the attack no gradient to follow.
    `difference`: after minus before, of the same images: `accuracy` by strength, `stability` by strength, `bound`,
    `share`. `gained`, `lost` by strength: places of the images that only the model after, and only the model before,
    gets right. What was not measured is left out. ValueError if a number is not finite.
    """
    if not rows:
        return {"count": 0}
    summary: dict[str, Any] = {"count": sum(len(row["images"]) for row in rows)}
    places = np.concatenate([row["images"] for row in rows])
    before, after = ({name: _joined(rows, side, name) for name in _names(rows, side)} for side in ("before", "after"))
    matched = (before["right"][0] == 1) & (after["right"][0] == 1)
    mapped = matched & _mapped(before) & _mapped(after)
    summary |= {"matched": int(matched.sum()), "mapped": int(mapped.sum())}
    for side, values in (("before", before), ("after", after)):
        summary[side] = {"accuracy": [_share(each) for each in values["right"]]}
        if "flat" in values:
            summary[side]["without_gradient"] = int(((values["flat"] == 1) & (values["right"][0] == 1)).sum())
        summary[side] |= {name: mean(values[name]) for name in ("bound", "share") if name in values}
        if mapped.any():
            moved = {to: values[name][:, mapped] for to, name in MAPS.items() if name in values}
            summary[side] |= {to: [mean(each) for each in series] for to, series in moved.items()}
            summary[side] |= {"seeds": mean(values["seeds"][mapped])} if "seeds" in values else {}
    pairs = list(zip(before["right"], after["right"], strict=True))
    summary["difference"] = {"accuracy": [bonett_price_difference(first, second) for first, second in pairs]}
    if "stable" in before and "stable" in after and mapped.any():
        both = zip(before["stable"][:, mapped], after["stable"][:, mapped], strict=True)
        summary["difference"]["stability"] = [mean(second - first) for first, second in both]
    for name in ("bound", "share"):
        summary["difference"][name] = mean(after[name] - before[name])
    summary["gained"] = [places[(first == 0) & (second == 1)].tolist() for first, second in pairs]
    summary["lost"] = [places[(first == 1) & (second == 0)].tolist() for first, second in pairs]
    return summary


def _mapped(measured: Mapping[str, Numbers]) -> NDArray[np.bool_]:
    """(N,) which images have every map of one model that can be compared."""
    mapped = np.ones(measured["right"].shape[-1], np.bool_)
    for name, values in measured.items():
        missing = np.isnan(np.atleast_2d(values)).any(axis=0)
        if (missing.any() and name not in MAPPED) or np.isinf(values).any():
            raise ValueError(f"a row of this comparison holds a number that is not finite, in {name}")
        mapped &= ~missing
    return mapped


def _names(rows: Sequence[Mapping[str, Any]], side: str) -> list[str]:
    return [name for name, values in rows[0][side].items() if values]


def _joined(rows: Sequence[Mapping[str, Any]], side: str, name: str) -> Numbers:
    """(N,) or (strengths, N), the images of all rows one after another."""
    joined: Numbers = np.concatenate([np.asarray(row[side][name], np.float64) for row in rows], axis=-1)
    return joined


def _share(right: Numbers) -> Interval:
    share = Proportion(int(right.sum()), len(right))
    return share.value, *share.interval


def mean(values: Numbers) -> Interval:
    """The mean with the 95 % interval of the normal approximation, of no width for a single value.

    >>> [round(value, 3) for value in mean(np.array([0.0, 1.0, 2.0, 3.0]))]
    [1.5, 0.235, 2.765]
    """
    middle = float(values.mean())
    half = Z * float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return middle, middle - half, middle + half


def bonett_price_difference(before: Numbers, after: Numbers) -> Interval:
    """The difference of two accuracies on the same images, after minus before, with its 95 % interval.

    Bonett and Price 2012: with b images that only the model after gets right, c only the model before, of n, the
    interval is that of Wald around (b + 1) / (n + 2) - (c + 1) / (n + 2). With b = 3, c = 1, n = 10: 4/12 - 2/12 = 1/6,
    variance (6/12 - (1/6)^2) / 12:

    >>> both = np.array([0, 0, 0, 1, 1, 1, 1, 1, 1, 0.0]), np.array([1, 1, 1, 0, 1, 1, 1, 1, 1, 0.0])
    >>> [round(value, 4) for value in bonett_price_difference(*both)]
    [0.2, -0.2221, 0.5555]
    """
    count = len(before)
    gained, lost = float(((before == 0) & (after == 1)).sum()), float(((before == 1) & (after == 0)).sum())
    up, down = (gained + 1) / (count + 2), (lost + 1) / (count + 2)
    half = Z * math.sqrt((up + down - (up - down) ** 2) / (count + 2))
    return (gained - lost) / count, max(up - down - half, -1.0), min(up - down + half, 1.0)
