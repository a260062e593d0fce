"""A run in words: its state, its title, and its times."""

import time
from collections.abc import Mapping
from typing import Any

from core.base.params import from_spec
from core.catalog import ATTACKS, OBJECTIVES

STATES = {  # state -> symbol and word, told apart without colour
    "queued": ("○", "queued"), "starting": ("◔", "starting"), "running": ("●", "running"),
    "stopping": ("◐", "stopping"), "completed": ("✔", "completed"), "failed": ("✖", "failed"),
    "stopped": ("■", "stopped"), "lost": ("◌", "lost"), "unreadable": ("⚠", "unreadable"),
}  # fmt: skip
TASKS = {"refine": "Refine", "evaluate": "Evaluate", "compare": "Compare", "corruptions": "Measure corruptions",
         "ara": "Smallest changes", "explainers": "Explainer league", "batch": "Batch",
         "masking": "Look for gradient masking", "trial": "Judge a model of a trial"}  # fmt: skip
MEASURES = {  # tasks that measure
    "evaluate": "Evaluation", "compare": "Comparison", "corruptions": "Accuracy under common corruptions",
    "ara": "Smallest changes", "explainers": "Explainer league", "masking": "Is it gradient masking?",
    "batch": "Batch", "trial": "A model of a trial",
}  # fmt: skip


def part(spec: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The object below these names; empty where there is none, whatever else is there.

    >>> part({"arguments": {"objective": 3}}, "arguments", "objective")
    {}
    """
    below: Any = spec
    for name in names:
        below = below.get(name) if isinstance(below, Mapping) else None
    return dict(below) if isinstance(below, Mapping) else {}


def entries(arguments: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects in the list of this name; none where there is no list, whatever else is there.

    >>> entries({"layers": [{"method": "sgam"}, 3]}, "layers"), entries({"layers": "sgam"}, "layers")
    ([{'method': 'sgam'}], [])
    """
    given = arguments.get(name)
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


def title(spec: Mapping[str, Any], data: Mapping[str, str]) -> str:
    """What a run does, in a few words. data: data set name -> title.

    >>> title({"task": "refine", "arguments": {"data": "mnist", "objective": {"method": "trades"}}}, {"mnist": "MNIST"})
    'TRADES, MNIST'
    >>> title({"task": "evaluate", "arguments": {"data": "own:x", "attacks": [{"method": "pgd", "eps": 0.2}]}}, {})
    'Evaluation under PGD, own:x'
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
        several = arguments.get("attacks")
        specs = several if isinstance(several, list) else [part(arguments, "attack")]
        keys = [str(each.get("method", "")) for each in specs if isinstance(each, Mapping)]
        by = ", ".join(ATTACKS[key].title if key in ATTACKS else key for key in keys if key)
        return MEASURES[task] + (f" under {by}" if by else "") + on
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
    several = arguments.get("classifiers")
    shown += (
        [models.get(name, name) for name in several or [] if isinstance(name, str)] if isinstance(several, list) else []
    )
    epochs, images = part(arguments, "schedule").get("epochs"), arguments.get("images") or arguments.get("count")
    if isinstance(epochs, int):
        shown.append(f"{epochs} epoch{'' if epochs == 1 else 's'}")
    if isinstance(images, int):
        shown.append(f"{images:,} images")
    return " · ".join(shown)


def begun(name: str) -> str:
    """When the run of this name was begun.

    >>> begun("20260131-142500-0a1b2c3d")
    '2026-01-31 14:25'
    """
    return f"{name[:4]}-{name[4:6]}-{name[6:8]} {name[9:11]}:{name[11:13]}"


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
