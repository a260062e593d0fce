"""What is asked of a refining run, and its way between the page's settings, the link, presets and earlier runs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from app.ui.method_form import put
from app.ui.run_words import part
from app.ui.state import force, setting, write_link
from core.base.params import from_spec, to_spec
from core.catalog import OBJECTIVES
from core.contracts.objective import Objective
from core.training.presets import PRESETS
from core.training.schedule import Schedule

OWN = "own"  # the preset of those who set everything themselves
SEVERAL = "several"  # GPUs at once
PLAIN = {"base": str, "start": str, "data": str, "images": int, "title": str}  # arguments that are settings as they are


@dataclass(frozen=True)
class Asked:
    """Everything that makes a refining run."""

    base: str
    start: str
    data: str
    objective: Objective
    schedule: Schedule
    images: int
    device: str
    title: str = ""

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of the task `refine`, in JSON."""
        named = {"title": self.title} if self.title else {}
        return {"base": self.base, "start": self.start, "data": self.data, "objective": to_spec(self.objective),
                "schedule": asdict(self.schedule), "images": self.images} | named  # fmt: skip


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
    put(Schedule, "schedule", part(arguments, "schedule"))
    device = str(spec.get("device", ""))
    if device:
        force("refine.on", SEVERAL if "," in device else device)
        if "," in device:
            force("refine.gpus", device)
    force("refine.preset", preset)


def take_preset(key: str) -> None:
    """Put a preset's settings into the page."""
    if key in PRESETS:
        take({"arguments": preset_arguments(key)}, key)
    else:
        force("refine.preset", OWN)


def preset_arguments(key: str) -> dict[str, Any]:
    """A preset in the form of a run's arguments."""
    preset = PRESETS[key]
    schedule = preset.schedule if isinstance(preset.schedule, Schedule) else Schedule(**preset.schedule)
    return {
        "base": preset.base,
        "start": getattr(preset, "start", "base"),
        "data": preset.data,
        "objective": to_spec(from_spec(preset.objective, OBJECTIVES)),
        "schedule": asdict(schedule),
        "images": preset.images,
    }


def link(asked: Asked) -> None:
    """Put the settings into the address: what differs from the defaults, and always what is refined on what."""
    values: dict[str, Any] = {f"refine.{name}": getattr(asked, name) for name in PLAIN}
    values |= {"refine.preset": setting("refine.preset", OWN), "refine.objective": asked.objective.key}
    for prefix, method in ((asked.objective.key, asked.objective), ("schedule", asked.schedule)):
        for entry in fields(method):
            found = getattr(method, entry.name)
            if found != entry.default or entry.name == "eps":
                values[f"{prefix}.{entry.name}"] = (
                    round(found * 255, 6) if entry.metadata.get("unit") == "/255" else found
                )
    values["refine.on"] = SEVERAL if "," in asked.device else asked.device
    values["refine.gpus"] = asked.device if "," in asked.device else ""
    write_link(values)
