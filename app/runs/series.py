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
NO_PARTS = (  # of the loss: what else an objective tells of a step
    "covered", "on_covered", "strength", "of_guessing", "support", "certainty", "lost", "weight",
)  # fmt: skip
PARTS = {
    "adversarial": "attacked images", "clean": "images as they are", "sensitivity": "penalty on spurious regions",
    "cross_entropy": "images as they are", "divergence": "disagreement, attacked and original",
    "masked": "disagreement, partly noise and original", "curvature": "unevenness around images",
    "worst_case": "foretold rise of the error", "jacobian": "reaction of all answers", "penalty": "reaction of a score",
    "selective": "reaction to pixels of little importance", "mask_area": "what the mask leaves open",
    "mask_roughness": "roughness of the mask", "mask_distance": "mask against Grad-CAM++",
    "nuclear_norm": "change of all scores under attack", "region": "reaction in the marked region",
    "marked": "marked pictures", "filled": "marked pictures, region filled",
    "view": "attacked second view", "disagreement": "disagreement, image and second view",
}  # fmt: skip
KINDS = {"clean": "original images", "robust": "attacked images"}


def numeric(value: Any) -> float | None:
    """A finite number, or None.

    >>> numeric(2), numeric(float("nan")), numeric("2"), numeric(True)
    (2.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


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
            length: float = max(row["step"] / row["epoch"], 1.0)
            return length
    done = rows[-1]["step"] + 1 if rows else 1
    if rows and isinstance(rows[-1].get("held"), Mapping):
        return float(done)
    return max(done / progress / epochs if progress > 0 and epochs > 0 else done, done, 1.0)


def losses(rows: Sequence[Row], steps: float, points: int = POINTS) -> list[dict[str, Any]]:
    """Loss and its parts: `epoch`, `part`, `value`, each the mean of so many steps that at most `points` are left."""
    size = -(-len(rows) // points) if rows else 1
    drawn = []
    for first in range(0, len(rows), size):
        block = rows[first : first + size]
        gathered: dict[str, list[float]] = {}
        for row in block:
            parts = {name: entry for name, entry in _parts(row).items() if name not in NO_PARTS}
            named = {WHOLE: row.get("loss")} | (parts if len(parts) > 1 else {})
            for name, entry in named.items():
                if (number := numeric(entry)) is not None:
                    gathered.setdefault(name, []).append(number)
        middle = (block[0]["step"] + block[-1]["step"]) / 2 + 1
        drawn += [
            {"epoch": middle / steps, "part": part_title(name), "value": math.fsum(each) / len(each)}
            for name, each in gathered.items()
        ]
    return drawn


def part_title(part: str) -> str:
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
    points = []
    for row in rows:
        numbers = row.get("held")
        for name, entry in numbers.items() if isinstance(numbers, Mapping) else ():
            kind, _, average = str(name).partition("_")
            number = numeric(entry)
            if number is None or not 0 <= number <= 1 or kind not in KINDS or average not in WEIGHTS:
                continue
            low, high = Proportion(round(number * count), count).interval if count else (number, number)
            points.append({"epoch": row["epoch"] + 1, "images": KINDS[kind],
                          "weights": WEIGHTS[average],
                          "value": 100 * number, "low": 100 * max(low, 0.0), "high": 100 * min(high, 1.0)})  # fmt: skip
    return points
