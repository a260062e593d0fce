"""A run's rows as the points of its charts: thinned, in epochs, and only what is a number."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.base.proportion import Proportion

Row = Mapping[str, Any]
POINTS = 240  # of one curve; more cannot be told apart on a screen
WHOLE = "all together"
WEIGHTS = {"": "weights as trained", "average": "averaged weights"}
FIRST = ("adversarial", "clean")  # the part that is split into covered and not
COVERED = ("covered", "on_covered")  # no parts of the loss: how many images are covered, and what they contribute
PARTS = {
    "adversarial": "attacked images", "clean": "images as they are", "sensitivity": "penalty on spurious regions",
    "cross_entropy": "images as they are", "divergence": "disagreement, attacked and original",
}  # fmt: skip
KINDS = {"clean": "original images", "robust": "attacked images"}
SEEN = "The model may learn to read the region instead of the picture."
UNSEEN = (
    "Pictures are not covered in this run, so the model does not see the regions; but where the penalty falls depends "
    "on what the picture shows."
)


def numeric(found: Any) -> float | None:
    """A finite number, or None.

    >>> numeric(2), numeric(float("nan")), numeric("2"), numeric(True)
    (2.0, None, None, None)
    """
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        return None
    return float(found)


def whole(rows: Iterable[Row]) -> list[Row]:
    """The rows that say which step and epoch they belong to."""
    return [row for row in rows if isinstance(row.get("step"), int) and isinstance(row.get("epoch"), int)]


def each(rows: Sequence[Row], progress: float, epochs: int) -> float:
    """Steps in an epoch: read off the rows once there is a second epoch, until then from how much of it is done.

    >>> each([{"step": 3, "epoch": 0}, {"step": 4, "epoch": 1}], 0.1, 2)
    4.0
    >>> each([{"step": 9, "epoch": 0}], 0.25, 2)  # ten steps are a quarter of two epochs
    20.0
    """
    for row in rows:
        if row["epoch"] >= 1:
            return max(row["step"] / row["epoch"], 1.0)
    done = rows[-1]["step"] + 1 if rows else 1
    if rows and isinstance(rows[-1].get("held"), Mapping):
        return float(done)
    return max(done / progress / epochs if progress > 0 and epochs > 0 else done, done, 1.0)


def losses(rows: Sequence[Row], steps: float, points: int = POINTS) -> list[dict[str, Any]]:
    """Loss and its parts: `epoch`, `part`, `value`, each the mean of so many steps that at most `points` are left."""
    size = -(-len(rows) // points) if rows else 1
    found = []
    for first in range(0, len(rows), size):
        block = rows[first : first + size]
        gathered: dict[str, list[float]] = {}
        for row in block:
            parts = {name: entry for name, entry in _parts(row).items() if name not in COVERED}
            named = {WHOLE: row.get("loss")} | (parts if len(parts) > 1 else {})
            for name, entry in named.items():
                if (number := numeric(entry)) is not None:
                    gathered.setdefault(name, []).append(number)
        middle = (block[0]["step"] + block[-1]["step"]) / 2 + 1
        found += [
            {"epoch": middle / steps, "part": told(name), "value": math.fsum(each) / len(each)}
            for name, each in gathered.items()
        ]
    return found


def told(part: str) -> str:
    """A part of a loss for the screen."""
    return PARTS.get(part, part.replace("_", " "))


def _parts(row: Row) -> dict[str, Any]:
    parts = row.get("parts")
    return dict(parts) if isinstance(parts, Mapping) else {}


def covered(rows: Sequence[Row]) -> tuple[float, float] | None:
    """Mean loss in the last epoch on images with something covered, and on the others; None where nobody told.

    >>> covered([{"epoch": 0, "parts": {"adversarial": 2.0, "covered": 0.5, "on_covered": 0.75}}])
    (1.5, 2.5)
    """
    sums = [0.0, 0.0, 0.0]
    last = [row for row in rows if row["epoch"] == rows[-1]["epoch"]]
    for row in last:
        parts = _parts(row)
        first = next((parts[name] for name in FIRST if name in parts), None)
        numbers = [numeric(each) for each in (parts.get("covered"), parts.get("on_covered"), first)]
        for place, each in enumerate(numbers if None not in numbers else ()):
            sums[place] += each or 0.0
    share, on, whole = sums
    if not 0 < share < len(last) or whole == 0:
        return None
    return on / share, (whole - on) / (len(last) - share)


def held(rows: Iterable[Row], count: int) -> list[dict[str, Any]]:
    """Accuracy on the held-out images after each epoch, in percent, with the 95 % interval of `count` images.

    >>> held([{"step": 1, "epoch": 0, "held": {"clean": 0.8}}], 10)[0]
    {'epoch': 1, 'images': 'original images', 'weights': 'weights as trained', 'value': 80.0, 'low': 49.0..., ...}
    """
    found = []
    for row in rows:
        numbers = row.get("held")
        for name, entry in numbers.items() if isinstance(numbers, Mapping) else ():
            kind, _, average = str(name).partition("_")
            number = numeric(entry)
            if number is None or not 0 <= number <= 1 or kind not in KINDS or average not in WEIGHTS:
                continue
            low, high = Proportion(round(number * count), count).interval if count else (number, number)
            found.append({"epoch": row["epoch"] + 1, "images": KINDS[kind],
                          "weights": WEIGHTS[average],
                          "value": 100 * number, "low": 100 * max(low, 0.0), "high": 100 * min(high, 1.0)})  # fmt: skip
    return found


def cycles(rows: Iterable[Row]) -> list[dict[str, float]]:
    """One entry each time masks were made: `cycle` from 1, `epoch` (done before it), and their numbers."""
    found: list[dict[str, float]] = []
    for row in rows:
        masks = row.get("masks")
        if isinstance(masks, Mapping) and masks:
            numbers = {str(name): number for name, entry in masks.items() if (number := numeric(entry)) is not None}
            if numbers:
                found.append({"cycle": len(found) + 1, "epoch": row["epoch"]} | numbers)
    return found


def empty(cycle: Mapping[str, float]) -> bool:
    """Whether no picture has a spurious region in this cycle."""
    return cycle.get("empty") == 1


def leak(cycle: Mapping[str, float], covering: bool = True) -> str:
    """The warning that the regions of a cycle tell the label; "" where they do not, or nobody measured it.

    covering: whether pictures have their region covered, so that the model sees where it lies.

    >>> leak({"leak": 0.2, "leak_low": 0.15, "leak_high": 0.25, "chance": 0.16})
    ''
    >>> leak({"leak": 0.34, "leak_low": 0.31, "leak_high": 0.37, "chance": 0.12})[:66]
    'The regions tell the label: from their places alone, a small probe'
    """
    low, chance = cycle.get("leak_low"), cycle.get("chance")
    if low is None or chance is None or low <= chance or empty(cycle):
        return ""
    share, high = 100 * cycle.get("leak", low), 100 * cycle.get("leak_high", low)
    return (
        f"The regions tell the label: from their places alone, a small probe names the right class for {share:.0f} % "
        f"of the images ({100 * low:.0f} to {high:.0f} %); always naming the most frequent label is right for "
        f"{100 * chance:.0f} %. {SEEN if covering else UNSEEN} Compare with shuffled or random regions before trusting "
        "this run."
    )
