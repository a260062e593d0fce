"""The stages of a detection study, in order; each tells, as JSON, what it found of a subject."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from core.detection.stages import attacks, detectors, features, knowing, pixel_tests, pixels, signatures
from core.detection.subject import Subject

Told = Mapping[str, Any]
Stage = Callable[[Subject, Mapping[str, Told]], Told]  # (the subject, what earlier stages told) -> what this one tells

STAGES: Mapping[str, Stage] = MappingProxyType(
    {
        "attacks": attacks.stage,
        "signatures": signatures.stage,
        "pixels": pixels.stage,
        "tests": pixel_tests.stage,
        "features": features.stage,
        "detectors": detectors.stage,
        "knowing": knowing.stage,
    }
)
