"""The catalogues as plain text."""

from collections.abc import Mapping
from dataclasses import fields

from core.catalog import ATTACKS, EXPLAINERS, METRICS, OBJECTIVES, SHIFTS, classifier_names
from core.params import Method

ROOMS: Mapping[str, Mapping[str, type[Method]]] = {
    "Attacks": ATTACKS,
    "Explainers": EXPLAINERS,
    "Measures of how far a map moved": SHIFTS,
    "Measures of one map": METRICS,
    "Training objectives": OBJECTIVES,
}


def listing() -> str:
    """Every classifier and method, a line each, by room."""
    lines = ["Classifiers"]
    lines += [f"  {name:<34} {title}" for name, title in classifier_names().items()]
    for room, catalogue in ROOMS.items():
        lines += ["", room, *(f"  {key:<34} {kind.title}. {kind.plain}" for key, kind in catalogue.items())]
    return "\n".join(lines)


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def parameters(key: str) -> str:
    """One method with its parameters, defaults and ranges; ValueError if there is none of that key."""
    kind = next((catalogue[key] for catalogue in ROOMS.values() if key in catalogue), None)
    if kind is None:
        raise ValueError(f"there is no method {key!r}; `counterproof methods` lists them")
    lines = [f"{kind.title} ({key})", kind.plain, f"Source: {kind.cite}", ""]
    for entry in fields(kind):
        facts = entry.metadata
        choices = (True, False) if isinstance(entry.default, bool) else facts.get("choices")
        allowed = ", ".join(map(str, choices)) if choices else f"{facts['low']:.4g} to {facts['high']:.4g}"
        lines.append(f"  {entry.name:<16} default {_short(entry.default):<14} {allowed:<24} {facts.get('help') or ''}")
    return "\n".join(lines)
