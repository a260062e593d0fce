"""A request on its way between the page's settings, the link, presets and earlier runs."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from app.run_words.words import entries, part
from app.ui.link_notes import note
from app.ui.method_form import put
from app.ui.state import drop, force, setting, write_link
from core.base.units import to_unit
from core.catalog import LAYERS, OBJECTIVES
from core.refinement.presets import PRESETS
from core.refinement.request import Refinement
from core.runs.store import Store
from core.training.schedule import Schedule

OWN = "own"  # the preset of those who set everything themselves
SEVERAL = "several"  # GPUs at once
PLAIN = {"base": str, "start": str, "data": str, "images": int, "title": str}  # arguments that are settings as they are


def take(spec: Mapping[str, Any], preset: str = OWN) -> None:
    """Put the settings of a run's spec, or of a preset in that form, into the page; what is unreadable is left out."""
    arguments = part(spec, "arguments")
    for name, kind in PLAIN.items():
        if isinstance(arguments.get(name), kind):
            force(f"refine.{name}", arguments[name])
    objective = part(arguments, "objective")
    if (key := objective.get("method")) in OBJECTIVES:
        force("refine.objective", key)
        put(OBJECTIVES[str(key)], str(key), objective)
    layers = {str(each.get("method")): each for each in entries(arguments, "layers")}
    for key, kind in LAYERS.items():
        put(kind, key, layers.get(key, {}))
    force("refine.layers", ",".join(key for key in LAYERS if key in layers) or "none")
    put(Schedule, "schedule", part(arguments, "schedule"))
    device = str(spec.get("device", ""))
    if device:
        force("refine.on", SEVERAL if "," in device else device)
        if "," in device:
            force("refine.gpus", device)
    force("refine.preset", preset)


def take_again() -> None:
    """Put the settings of an earlier run into the page, if the Runs page has asked for it, once."""
    if name := setting("refine.again", ""):
        drop("refine.again")
        try:
            take(Store.usual().run(name).spec)
        except (ValueError, OSError):
            note("refine.again", f"The run ‘{name[:60]}’ whose settings are to be taken is not here")


def take_preset(key: str) -> None:
    """Put a preset's settings into the page; the name that the user gave the run stays."""
    if key in PRESETS:
        named = {name: value for name, value in PRESETS[key].request.arguments().items() if name != "title"}
        take({"arguments": named}, key)
    else:
        force("refine.preset", OWN)


def link(request: Refinement, device: str) -> None:
    """Put the settings into the address: what differs from the defaults, and always what is refined on what."""
    values: dict[str, Any] = {f"refine.{name}": getattr(request, name) for name in PLAIN}
    values |= {"refine.preset": setting("refine.preset", OWN), "refine.objective": request.objective.key}
    values["refine.layers"] = ",".join(layer.key for layer in request.layers) or "none"
    layers = [(layer.key, layer) for layer in request.layers]
    for prefix, method in (*layers, (request.objective.key, request.objective), ("schedule", request.schedule)):
        for entry in fields(method):
            value = getattr(method, entry.name)
            if value != entry.default or entry.name == "eps":
                values[f"{prefix}.{entry.name}"] = to_unit(entry, value)
    values["refine.on"] = SEVERAL if "," in device else device
    values["refine.gpus"] = device if "," in device else ""
    write_link(values)
