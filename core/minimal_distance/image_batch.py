"""The minimal distances of some images, and what many such batches come to."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from core.base.proportion import Proportion
from core.contracts.classifier import Classifier
from core.minimal_distance.area import DRAWS, area, curve, median
from core.minimal_distance.rms_attack import STEPS, Aim, smallest_rms
from core.minimal_distance.smallest import Norm, smallest

NORMS = ("rms", "l2", "linf")  # what can be asked for
AIMS: tuple[Aim, ...] = ("attack", "btr")  # both in RMS
BOXED: tuple[Norm, ...] = ("l2", "linf")  # within [0, 1]


def measure(
    classifier: Classifier, images: Tensor, labels: Tensor, norms: Sequence[str] = NORMS, *, steps: int = STEPS,
    seed: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """{"right": [...], and for each of attack, btr (norm rms), l2, linf {"distance": [...]}}, an entry an image.

    images (N, C, H, W) in [0, 1]. A distance is None where nothing was found. Those in RMS say too how many were found
    `late`. ValueError for a norm that there is none of.
    """
    if unknown := [str(norm) for norm in norms if norm not in NORMS]:
        raise ValueError(f"expected norms among {', '.join(NORMS)}, got {unknown[0][:40]!r}")
    right = classifier.probabilities(images).argmax(dim=1).cpu() == labels.cpu()
    row: dict[str, Any] = {"right": right.tolist()}
    for aim in AIMS if "rms" in norms else ():
        found = smallest_rms(classifier, images, labels, aim, steps=steps)
        row[aim] = {"distance": _listed(found.distance), "late": int(found.late(steps).sum())}
    for norm in BOXED:
        if norm in norms:
            row[norm] = {"distance": _listed(smallest(classifier, images, labels, norm, seed=seed))}
    return row


def summary(rows: Sequence[Mapping[str, Any]], classes: int, draws: int = DRAWS) -> dict[str, Any]:
    """What rows of `measure` say together; classes: how many answers there are; draws: those of `area`.

    {"count", "hits", "accuracy", "interval_95"}, and for each distance that was measured {"median" (None: beyond what
    was found), "unfound" (images), "curve" [[distance, accuracy, low, high] ...]}; attack and btr also {"ara",
    "ara_exact", "interval_95", "late" (images)}.
    """
    right = [hit for row in rows for hit in row["right"]]
    clean = Proportion(sum(right), len(right))
    told: dict[str, Any] = {"count": clean.count, "hits": clean.hits, "accuracy": clean.value}
    told["interval_95"] = clean.interval
    for name in (*AIMS, *BOXED):
        if name not in rows[0]:
            continue
        distances = torch.tensor([math.inf if d is None else d for row in rows for d in row[name]["distance"]])
        middle = median(distances)
        told[name] = {
            "median": middle if math.isfinite(middle) else None,
            "unfound": int(distances.isinf().sum()),
            "curve": [[radius, share.value, *share.interval] for radius, share in curve(distances)],
        }
        if name in AIMS:
            found = area(distances, classes, draws=draws)
            told[name] |= {"ara": found.value, "ara_exact": found.exact, "interval_95": [found.low, found.high]}
            told[name]["late"] = sum(row[name]["late"] for row in rows)
    return told


def nearest(rows: Sequence[Mapping[str, Any]], name: str, most: int) -> list[tuple[int, float]]:
    """(place, distance) of the images that are right as they are and nearest to a wrong answer, the nearest first.

    rows: of `measure`, with the places of their images in the data. name: attack, btr, l2 or linf.

    >>> row = {"images": [7, 2, 9], "right": [True, False, True], "l2": {"distance": [0.5, 0.0, 0.25]}}
    >>> nearest([row, row | {"images": [4, 5, 6], "l2": {"distance": [None, 0.0, 0.375]}}], "l2", 3)
    [(9, 0.25), (6, 0.375), (7, 0.5)]
    """
    found = [
        (distance, place)
        for row in rows
        for place, right, distance in zip(row["images"], row["right"], row[name]["distance"], strict=True)
        if right and distance is not None
    ]
    return [(place, distance) for distance, place in sorted(found)[:most]]


def _listed(distances: Tensor) -> list[float | None]:
    """None where it is infinite, as JSON has it."""
    return [value if math.isfinite(value) else None for value in distances.tolist()]
