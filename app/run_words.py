"""A run in words: its state, its title, its times, and every setting of its spec."""

import time
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from app.choices import word
from core.catalog import ATTACKS, EXPLAINERS, OBJECTIVES
from core.params import Method, from_spec
from core.schedule import Schedule

STATES = {
    "queued": ("○", "queued"),
    "starting": ("◔", "starting"),
    "running": ("●", "running"),
    "stopping": ("◐", "stopping"),
    "completed": ("✔", "completed"),
    "failed": ("✖", "failed"),
    "stopped": ("■", "stopped"),
    "lost": ("◌", "lost"),
}  # state -> symbol and word, told apart without colour
TASKS = {"refine": "Refine", "evaluate": "Measure accuracy", "compare": "Compare"}
MEASURES = {"evaluate": "Accuracy", "compare": "Comparison"}  # tasks that measure, under an attack
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
    "arguments.data_fingerprint": "Fingerprint of the data",
}  # fmt: skip
MODELS = ("arguments.base", "arguments.classifier", "arguments.before", "arguments.after")


def part(spec: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The object below these names; empty where there is none, whatever else is there.

    >>> part({"arguments": {"objective": 3}}, "arguments", "objective")
    {}
    """
    found: Any = spec
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return dict(found) if isinstance(found, Mapping) else {}


def title(spec: Mapping[str, Any], data: Mapping[str, str]) -> str:
    """What a run does, in a few words. data: data set name -> title.

    >>> title({"task": "refine", "arguments": {"data": "mnist", "objective": {"method": "trades"}}}, {"mnist": "MNIST"})
    'TRADES, MNIST'
    >>> title({"task": "evaluate", "arguments": {"data": "own:x", "attack": {"method": "pgd", "eps": 0.2}}}, {})
    'Accuracy under PGD, own:x'
    >>> title({}, {})
    'A run whose settings cannot be read'
    """
    arguments, task = part(spec, "arguments"), spec.get("task")
    if not isinstance(task, str):
        return "A run whose settings cannot be read"
    if isinstance(named := arguments.get("title"), str) and named.strip():
        return named.strip()
    name = str(arguments.get("data", ""))
    on = f", {data.get(name, name)}" if name else ""
    if task == "refine":
        key = str(part(arguments, "objective").get("method", ""))
        return (objective_title(part(arguments, "objective")) or key or "Refine") + on
    if task in MEASURES:
        key = str(part(arguments, "attack").get("method", ""))
        return MEASURES[task] + (f" under {ATTACKS[key].title if key in ATTACKS else key}" if key else "") + on
    return TASKS.get(task, task.replace("_", " ").capitalize()) + on


def objective_title(spec: Mapping[str, Any]) -> str:
    """What people call an objective in its JSON form; "" for one that is not known.

    >>> objective_title({"method": "lime_guided", "mask_source": "random"}), objective_title({})
    ('LIME-guided refinement (control: random parts)', '')
    """
    kind = OBJECTIVES.get(str(spec.get("method", "")))
    try:
        return "" if kind is None else from_spec(spec, OBJECTIVES).named  # type: ignore[attr-defined]
    except (ValueError, TypeError):  # settings of another version
        return kind.title if kind is not None else ""


def subtitle(spec: Mapping[str, Any], models: Mapping[str, str]) -> str:
    """The model a run works on, and how much it does. models: classifier name -> title."""
    arguments = part(spec, "arguments")
    method = objective_title(part(arguments, "objective"))
    shown = [method] if arguments.get("title") and method else []
    for key in ("base", "classifier", "before", "after"):
        if isinstance(name := arguments.get(key), str):
            scratch = key == "base" and arguments.get("start") == "scratch"
            shown.append(("as " if scratch else "") + models.get(name, name) + (", from scratch" if scratch else ""))
    epochs, images = part(arguments, "schedule").get("epochs"), arguments.get("images") or arguments.get("count")
    if isinstance(epochs, int):
        shown.append(f"{epochs} epoch{'' if epochs == 1 else 's'}")
    if isinstance(images, int):
        shown.append(f"{images:,} images")
    return " · ".join(shown)


def duration(seconds: float) -> str:
    """A length of time.

    >>> [duration(value) for value in (0.4, 59, 61, 660, 7500, 200000)]
    ['under 1 s', '59 s', '1 min', '11 min', '2 h 5 min', '2 d 7 h']
    """
    if seconds < 1:
        return "under 1 s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"


def moment(when: float, now: float | None = None) -> str:
    """A time of day, with the date unless it is today's."""
    if not when:
        return ""
    then, today = time.localtime(when), time.localtime(now)
    clock = time.strftime("%H:%M", then)
    if then[:3] == today[:3]:
        return f"today {clock}"
    return time.strftime("%-d %b" if then[0] == today[0] else "%-d %b %Y", then) + f", {clock}"


def field_of(dotted: str, spec: Mapping[str, Any]) -> "Field[Any] | None":
    """The parameter that a dotted name of a spec sets, if it is one of a method's."""
    *above, name = dotted.removeprefix("arguments.").split(".")
    kinds: dict[str, Mapping[str, type[Method]]] = {"objective": OBJECTIVES, "attack": ATTACKS, "explainer": EXPLAINERS}
    kind: type[Method] | None = None
    if above == ["schedule"]:
        kind = Schedule
    elif len(above) == 1 and above[0] in kinds:
        kind = kinds[above[0]].get(str(part(spec, "arguments", above[0]).get("method", "")))
    return None if kind is None else next((entry for entry in fields(kind) if entry.name == name), None)


def setting(dotted: str, *specs: Mapping[str, Any]) -> str:
    """What a setting is called on the screen.

    >>> setting("arguments.schedule.lr", {}), setting("arguments.new_thing", {})
    ('Learning rate', 'New thing')
    """
    if dotted in NAMES:
        return NAMES[dotted]
    found = next((entry for spec in specs if (entry := field_of(dotted, spec))), None)
    name: str = (found.metadata.get("title") if found else "") or dotted.rsplit(".", 1)[-1].replace("_", " ")
    return name[:1].upper() + name[1:]


def value(dotted: str, found: Any, spec: Mapping[str, Any], models: Mapping[str, str], data: Mapping[str, str]) -> str:
    """The value of a setting, as the screen says it.

    >>> spec = {"arguments": {"objective": {"method": "trades"}}}
    >>> [value(f"arguments.{name}", found, spec, {}, {"mnist": "MNIST"}) for name, found in
    ...  (("objective.eps", 8 / 255), ("objective.method", "trades"), ("data", "mnist"), ("schedule.flip", True),
    ...   ("schedule.rate", "piecewise"), ("images", 0), ("schedule.lr", None))]
    ['8/255', 'TRADES', 'MNIST', 'on', 'stairs down', 'all', '—']
    """
    if found is None:
        return "—"
    if isinstance(found, bool):
        return "on" if found else "off"
    if dotted == "arguments.images" and found == 0:
        return "all"
    if dotted == "threads" and found == 0:
        return "all but one"
    if isinstance(found, int | float):
        entry = field_of(dotted, spec)
        scaled = entry is not None and entry.metadata.get("unit") == "/255"
        return f"{found * 255:.4g}/255" if scaled else f"{found:,}" if isinstance(found, int) else f"{found:.4g}"
    text = str(found)
    named: Mapping[str, str] = {}
    if dotted in MODELS:
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
        return word(text)
    return named.get(text, text)
