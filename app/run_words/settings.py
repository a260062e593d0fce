"""The settings of a run's spec in words: what each is called, and its value."""

from collections.abc import Mapping
from dataclasses import Field
from typing import Any

from app.run_words.words import TASKS, part
from core.base.params import Method, label, parameter_of
from core.base.plain_line import plain_line
from core.base.units import in_255ths, unit_scale
from core.catalog import ATTACKS, EXPLAINERS, LAYERS, METRICS, OBJECTIVES
from core.training.schedule import Schedule

LONGEST = 300  # letters of a setting on the screen
STARTS = {"base": "those of the base model", "scratch": "none: from scratch"}
NAMES = {
    "task": "What is done", "device": "Runs on", "threads": "CPU threads", "arguments.base": "Base model",
    "arguments.start": "Weights to start from", "arguments.data": "Data set", "arguments.images": "Training images",
    "arguments.objective.method": "Method", "arguments.classifier": "Model", "arguments.split": "Images of the",
    "arguments.count": "Images", "arguments.batch": "Images at a time", "arguments.seed": "Seed",
    "arguments.explainer": "Map", "arguments.explainer.method": "Map",
    "arguments.attack": "Attack", "arguments.attack.method": "Attack", "arguments.before": "Before",
    "arguments.after": "After", "arguments.title": "Name", "arguments.processes": "Processes on the CPU",
    "arguments.save_every": "Seconds between saved points",
    "arguments.steps": "Steps", "arguments.norms": "Distances",
    "arguments.collection": "Pictures", "arguments.draw_seed": "Seed of the draw",
    "arguments.controls": "Draws of each control", "arguments.explained": "Each map explains",
    "arguments.explainers": "Explainers", "arguments.metrics": "Metrics", "arguments.group": "Group of classes",
    "arguments.data_fingerprint": "Fingerprint of the data", "arguments.layers": "Put into the network first",
}  # fmt: skip
MODEL_FIELDS = ("arguments.base", "arguments.classifier", "arguments.before", "arguments.after")


def field_of(dotted: str, spec: Mapping[str, Any]) -> "Field[Any] | None":
    """The parameter that a dotted name of a spec sets, if it is one of a method's."""
    *above, name = dotted.removeprefix("arguments.").split(".")
    kinds: dict[str, Mapping[str, type[Method]]] = {"objective": OBJECTIVES, "attack": ATTACKS, "explainer": EXPLAINERS}
    kind: type[Method] | None = None
    if above == ["schedule"]:
        kind = Schedule
    elif len(above) == 1 and above[0] in kinds:
        kind = kinds[above[0]].get(str(part(spec, "arguments", above[0]).get("method", "")))
    return None if kind is None else parameter_of(kind, name)


def setting(dotted: str, *specs: Mapping[str, Any]) -> str:
    """What a setting is called on the screen.

    >>> setting("arguments.schedule.lr", {}), setting("arguments.new_thing", {})
    ('Learning rate', 'New thing')
    """
    if dotted in NAMES:
        return NAMES[dotted]
    field = next((entry for spec in specs if (entry := field_of(dotted, spec))), None)
    name: str = (field.metadata.get("title") if field else "") or dotted.rsplit(".", 1)[-1].replace("_", " ")
    return plain_line(name[:1].upper() + name[1:], LONGEST)


def value(dotted: str, given: Any, spec: Mapping[str, Any], models: Mapping[str, str], data: Mapping[str, str]) -> str:
    """The value of a setting, as the screen says it.

    >>> spec = {"arguments": {"objective": {"method": "trades"}}}
    >>> [value(f"arguments.{name}", given, spec, {}, {"mnist": "MNIST"}) for name, given in
    ...  (("objective.eps", 8 / 255), ("objective.method", "trades"), ("data", "mnist"), ("schedule.flip", True),
    ...   ("schedule.rate", "piecewise"), ("images", 0), ("schedule.lr", None))]
    ['8/255', 'TRADES', 'MNIST', 'on', 'stairs down', 'all', '—']
    """
    if given is None:
        return "—"
    if isinstance(given, bool):
        return "on" if given else "off"
    if dotted == "arguments.images" and given == 0:
        return "all"
    if dotted == "threads" and given == 0:
        return "all but one"
    if isinstance(given, int | float):
        entry = field_of(dotted, spec)
        if entry is not None and unit_scale(entry) != 1:
            return in_255ths(given, ".4g")
        return f"{given:,}" if isinstance(given, int) else f"{given:.4g}"
    if isinstance(given, list):
        return plain_line(", ".join(_entry(each) for each in given), LONGEST)
    text = plain_line(str(given), LONGEST)
    named: Mapping[str, str] = {}
    if dotted in MODEL_FIELDS:
        named = models
    elif dotted == "arguments.data":
        named = data
    elif dotted.endswith(".method"):
        named = {key: kind.title for key, kind in (*OBJECTIVES.items(), *ATTACKS.items(), *EXPLAINERS.items())}
    elif dotted == "task":
        named = TASKS
    elif dotted == "arguments.start":
        named = STARTS
    elif (entry := field_of(dotted, spec)) is not None and entry.metadata.get("choices"):
        return label(entry, text)
    return named.get(text, text)


def _entry(given: Any) -> str:
    """An entry of a list: a method by its title, anything else as it is.

    >>> _entry({"method": "lime", "samples": 200}), _entry({"method": "new_thing"}), _entry(0.5)
    ('LIME', 'new_thing', '0.5')
    """
    key = str(given.get("method", given)) if isinstance(given, Mapping) else str(given)
    kinds: tuple[Mapping[str, type[Method]], ...] = (ATTACKS, EXPLAINERS, METRICS, LAYERS)
    return next((kind[key].title for kind in kinds if key in kind), key)
