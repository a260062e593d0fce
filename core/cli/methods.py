"""The catalogues as plain text."""

from collections.abc import Mapping
from dataclasses import fields

from core.base.params import Method
from core.base.plain_line import plain_line
from core.catalog import ATTACKS, CORRUPTIONS, EXPLAINERS, LAYERS, MAP_DISTANCES, METRICS, OBJECTIVES, classifier_names
from core.refinement.untrained import untrained_names
from core.training.schedule import Schedule

ROOMS: Mapping[str, Mapping[str, type[Method]]] = {
    "Attacks": ATTACKS,
    "Explainers": EXPLAINERS,
    "Measures of how far a map moved": MAP_DISTANCES,
    "Measures of how good a map is": METRICS,
    "Common corruptions": CORRUPTIONS,
    "Training objectives": OBJECTIVES,
    "Put into a network before training": LAYERS,
    "How long and how fast to train": {Schedule.key: Schedule},
}


def listing() -> str:
    """Every classifier and method, a line each, by room."""
    lines = ["Classifiers"]
    lines += [f"  {plain_line(name):<34} {title}" for name, title in classifier_names().items()]
    lines += ["", "Networks to train from scratch (refine --start scratch)"]
    lines += [f"  {name:<34} {title}" for name, title in untrained_names().items()]
    for room, catalogue in ROOMS.items():
        lines += ["", room, *(f"  {key:<34} {kind.title}. {kind.plain}" for key, kind in catalogue.items())]
    return "\n".join(lines)


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _range(low: float | None, high: float | None) -> str:
    """The values allowed, in words; "" where any is.

    >>> _range(0.0, 0.25), _range(1, None), _range(None, None)
    ('0 to 0.25', 'from 1', '')
    """
    if low is not None and high is not None:
        return f"{low:.4g} to {high:.4g}"
    return f"from {low:.4g}" if low is not None else f"up to {high:.4g}" if high is not None else ""


def parameters(key: str) -> str:
    """One method with its parameters, defaults and ranges; ValueError if there is none of that key."""
    kind = next((catalogue[key] for catalogue in ROOMS.values() if key in catalogue), None)
    if kind is None:
        raise ValueError(f"there is no method {key!r}; `counterproof methods` lists them")
    lines = [f"{kind.title} ({key})", kind.plain, *([f"Source: {kind.cite}"] if kind.cite else []), ""]
    for entry in fields(kind):
        facts = entry.metadata
        choices = (True, False) if isinstance(entry.default, bool) else facts.get("choices")
        allowed = ", ".join(map(str, choices)) if choices else _range(facts.get("low"), facts.get("high"))
        lines.append(f"  {entry.name:<16} default {_short(entry.default):<14} {allowed:<24} {facts.get('help') or ''}")
    return "\n".join(lines)
