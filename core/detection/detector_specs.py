"""Detectors in their JSON form, and what forms, links and commands call each of several: its slot."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.base.params import from_spec
from core.catalog import DETECTORS
from core.contracts.detector import Detector
from core.detection.names import detector_names


def made(specs: Sequence[Mapping[str, Any]]) -> tuple[Detector, ...]:
    """The detectors that specs describe; ValueError names an unknown one, or an unknown parameter."""
    found = [from_spec(spec, DETECTORS) for spec in specs]
    return tuple(each for each in found if isinstance(each, Detector))


def slots(detectors: Sequence[Detector]) -> list[str]:
    """The slot of each: its name without spaces. A key alone, where it is there once with its usual choices.

    >>> slots(made([{"method": "signature_cnn"}, {"method": "signature_cnn", "magnitudes": "linear"}]))
    ['signature_cnn', 'signature_cnn-linear']
    """
    return [each.replace(" ", "-") for each in detector_names(detectors)]


def by_slot(specs: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Slot -> the spec in it."""
    return dict(zip(slots(made(specs)), map(dict, specs), strict=True))


def kind_of(slot: str) -> str:
    """The key of the detector in a slot.

    >>> kind_of("signature_cnn-linear")
    'signature_cnn'
    """
    return slot.partition("-")[0]
