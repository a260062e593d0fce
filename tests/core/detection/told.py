"""What the stages `pixels`, `tests` and `features` tell of planted signatures, as a study would."""

from typing import Any

import torch
from torch import Tensor

from core.detection.critical_pixels.attack_on_pixels import pixel_sets
from core.detection.critical_pixels.class_sets import class_sets
from core.detection.critical_pixels.outcomes import SetOutcomes
from core.detection.critical_pixels.selection import Rule, critical_pixels
from core.detection.critical_pixels.stability import jaccard, stability
from core.detection.critical_pixels.tests_of_pixels import critical_pixel_tests
from core.detection.stages.pixels import READINGS

SIDE = 6


def planted(classes: int = 3, each: int = 8, own: float = 3.0) -> tuple[Tensor, Tensor, Tensor]:
    """Signatures (N, 6, 6) of originals and of attacked images, and labels (N,): the attack adds to the column of the

    class, modulo 6, by `own`, and to the first row for all.
    """
    draws = torch.Generator().manual_seed(classes)
    labels = torch.arange(classes).repeat(each)
    clean = torch.randn(len(labels), SIDE, SIDE, generator=draws)
    change = 0.1 * torch.randn(len(labels), SIDE, SIDE, generator=draws)
    change[:, 0] += 1
    change[torch.arange(len(labels)), :, labels % SIDE] += own
    return clean, clean + change, labels


def told_pixels(rule: Rule = Rule(1 / 6), classes: int = 3) -> dict[str, Any]:  # noqa: B008
    """{"pixels": ..., "tests": ...} of `planted`."""
    clean, attacked, labels = planted(classes)
    pixels: dict[str, Any] = {}
    tests: dict[str, Any] = {}
    sets = []
    for reading in READINGS:
        found = critical_pixels(reading, clean, attacked, rule)
        sets.append(found.chosen)
        names = [f"digit {label}" for label in range(classes)]
        pixels[reading] = (
            found.told() | {"stability": stability(reading, clean, attacked, rule, resamples=5).told(), "agreement": {}}
            | class_sets(found, clean, attacked, labels, rule).told(names) | {"matters": _matters(found.chosen)}
        )  # fmt: skip
        compared = critical_pixel_tests(found, clean, attacked, clean + 0.1, permutations=20).told()
        bars = {"low": 0.0, "high": 1.0, "critical": [int(found.chosen.sum()), 0], "others": [0, 3]}
        tests[reading] = compared | {"histogram": bars}
    return {"pixels": pixels | {"agreement": float(jaccard(*sets))}, "tests": tests}


def _matters(chosen: Tensor) -> list[dict[str, Any]]:
    if not 0 < chosen.sum() < chosen.numel():
        return []
    sets = pixel_sets(chosen)
    fooled = {name: torch.arange(8) < place for place, name in enumerate(sets)}
    return [SetOutcomes("tried", {name: int(each.sum()) for name, each in sets.items()}, fooled,
                        dict.fromkeys(sets, 0.5)).told()]  # fmt: skip


def told_features(classes: int) -> dict[str, Any]:
    """An original and its attacked image of each class."""
    points = [
        {"x": float(label), "y": float(kind == "fooled"), "place": label, "label": f"digit {label}",
         "answer": "digit 0", "kind": kind}
        for kind in ("original", "fooled") for label in range(classes)
    ]  # fmt: skip
    near = {"images": classes, "neighbours": 2, "share": 0.5, "originals": 0.5, "attacked": 0.5, "chance": 0.4,
            "swapped": 0.4, "p": 0.5}  # fmt: skip
    mean = {"mean": 0.5, "interval_95": [0.4, 0.6]}
    layers = [{"layer": "conv", "images": 3, "attacked": mean, "noise": mean, "difference": mean}]
    return {"attack": "PGD", "how": "the first two", "points": points, "neighbours": near, "neighbours_noise": near,
            "layers": layers}  # fmt: skip
