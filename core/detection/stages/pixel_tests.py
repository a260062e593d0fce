"""Stage 4: are critical pixels real? Tests on the images they were found on, on held-out ones, and beside noise."""

from collections.abc import Mapping
from typing import Any

import torch

from core.detection.critical_pixels.selection import importance
from core.detection.critical_pixels.tests_of_pixels import critical_pixel_tests
from core.detection.scoring.ordinary_noise import noisy
from core.detection.stages.pixels import READINGS, found_pixels
from core.detection.subject import Subject

BARS = 30  # of a histogram


def stage(subject: Subject, before: Mapping[str, Any]) -> dict[str, Any]:
    """By reading: the tests, and the histograms of critical and other pixels' values on held-out images."""
    clean, attacked = subject.pooled("testing")
    moved = noisy(subject.sources["testing"].images, "signs", subject.asked.strength, seed=subject.asked.seed)
    noise = subject.evidence_of(moved, "test images with ordinary noise").signatures
    pooled_noise = torch.cat([noise] * len(subject.attacks))
    told: dict[str, Any] = {}
    for reading in READINGS:
        found = found_pixels(subject, reading)
        tests = critical_pixel_tests(
            found, clean.signatures, attacked.signatures, pooled_noise,
            sources=subject.pooled_sources("testing"), seed=subject.asked.seed,
            on_done=lambda done, of: subject.say("Testing critical pixels", done / of),
        )  # fmt: skip
        values = importance(reading, clean.signatures, attacked.signatures)
        low, high = float(values.min()), float(values.max())
        parts = {"critical": values[found.chosen], "others": values[~found.chosen]}
        bars = {name: torch.histc(part.float(), BARS, low, high).int().tolist() for name, part in parts.items()}
        told[reading] = tests.told() | {"histogram": {"low": low, "high": high, **bars}}
    return told
