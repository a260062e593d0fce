"""The settings of the Refine page: what is asked, drawn as controls, and taken from presets and earlier runs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import streamlit as st

from app.cached import classifiers, data_sets, devices
from app.controls import choose, number, pick, segments, several, text, tune
from app.overview import MODELS
from app.run_words import part
from app.state import force, setting, write_link
from core.catalog import OBJECTIVES
from core.objective import Objective
from core.params import Method, from_spec, to_spec
from core.presets import PRESETS
from core.schedule import Schedule

OWN = "own"  # the preset of those who set everything themselves
FIRST_OBJECTIVE = "fast_adversarial"
LEAD = ("eps", "steps", "beta", "mask_source", "fill", "area", "refresh_every")  # parameters in sight, the rest folded
LEAD_SCHEDULE = ("epochs", "batch", "lr")
SEVERAL = "several"
STARTING = {"base": "its weights as they are", "scratch": "from scratch"}


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
    for name, kind in (("base", str), ("start", str), ("data", str), ("images", int), ("title", str)):
        if isinstance(arguments.get(name), kind):
            force(name, arguments[name])
    objective = part(arguments, "objective")
    if (key := objective.get("method")) in OBJECTIVES:
        force("objective", key)
        _take(OBJECTIVES[str(key)], str(key), objective)
    _take(Schedule, "schedule", part(arguments, "schedule"))
    device = str(spec.get("device", ""))
    if device:
        force("on", SEVERAL if "," in device else device)
        if "," in device:
            force("gpus", device)
    force("preset", preset)


def _take(kind: type[Method], prefix: str, given: Mapping[str, Any]) -> None:
    for entry in fields(kind):
        value = given.get(entry.name, entry.default)
        if isinstance(entry.default, float) and isinstance(value, int | float):
            value = round(255 * value, 6) if entry.metadata.get("unit") == "/255" else float(value)
        force(f"{prefix}.{entry.name}", value)


def ask_preset() -> None:
    """The presets to begin with; a page whose link says nothing has the first one's settings."""
    titles = {key: preset.title for key, preset in PRESETS.items()} | {OWN: "My own settings"}
    if not any(setting(name, "") for name in ("base", "objective", "data")):
        asked = setting("preset", "")
        take_preset(asked if asked in PRESETS else next(iter(PRESETS), OWN))
    before = setting("preset", OWN)
    chosen = segments("preset", "Begin with", titles, OWN)
    if chosen != before and chosen in PRESETS:
        take_preset(chosen)
        st.rerun()
    st.caption(PRESETS[chosen].help if chosen in PRESETS else "Set everything below as you like.")


def take_preset(key: str) -> None:
    """Put a preset's settings into the page."""
    if key in PRESETS:
        take({"arguments": preset_arguments(key)}, key)
    else:
        force("preset", OWN)


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


def ask_model() -> tuple[str, str]:
    """The base model and what is kept of it."""
    names = classifiers()
    shipped = [each for each in MODELS if each in names]
    ordered = shipped + [each for each in names if each not in shipped]
    base = pick("base", "Base model", ordered, MODELS[0], names.__getitem__,
                "The model to refine. It stays as it is: a refined copy is made. A robust twin has learnt under attack "
                "already.")  # fmt: skip
    start = choose("start", "Start with", STARTING, "base",
                   "Its weights as they are: what it knows is kept and adjusted. From scratch: the same kind of "
                   "network learns everything anew, which takes many more epochs.")  # fmt: skip
    return base, start


def ask_data() -> tuple[str, int]:
    """The data set and how many of its images are used."""
    names = data_sets()
    data = pick("data", "Data set", list(names), next(iter(names)), names.__getitem__,
                "Labelled images to learn from. Their size and number of classes must be the model's.")  # fmt: skip
    images = number("images", "Training images (0 for all)", 0, 0, 10_000_000,
                    "Fewer images are quicker and teach less; they are drawn by the seed.")  # fmt: skip
    return data, images


def ask() -> Asked:
    """Draw all settings in reading order; ValueError if they do not go together."""
    ask_preset()
    st.subheader("1. Model and images")
    left, right = st.columns(2, gap="medium")
    with left:
        base, start = ask_model()
    with right:
        data, images = ask_data()
    st.subheader("2. What it learns")
    kind, values = ask_objective()
    st.subheader("3. How long")
    schedule = ask_schedule()
    st.subheader("4. Where, and under which name")
    device = ask_device(devices())
    title = text("title", "Name of the run (optional)", "Shown in the list of runs and of models; without one, the "
                 "method and the data set are.")  # fmt: skip
    return Asked(base, start, data, kind(**values), Schedule(**schedule), images, device, title)


def ask_objective() -> tuple[type[Objective], dict[str, Any]]:
    """What the model is to learn, and its parameters: the main ones in sight, the others folded."""
    keys = sorted(OBJECTIVES, key=lambda key: OBJECTIVES[key].title)
    key = pick("objective", "What it learns", keys, FIRST_OBJECTIVE, lambda each: OBJECTIVES[each].title,
               "\n".join(f"- **{kind.title}**: {kind.plain}" for kind in OBJECTIVES.values()))  # fmt: skip
    kind = OBJECTIVES[key]
    st.caption(f"{kind.plain} *{kind.cite}*")
    return kind, _parameters(kind, key, LEAD, "More settings of the objective")


def ask_schedule() -> dict[str, Any]:
    """How long and how fast it learns."""
    return _parameters(Schedule, "schedule", LEAD_SCHEDULE, "More settings of the training", typed=True)


def _parameters(
    kind: type[Method], prefix: str, lead: Sequence[str], title: str, typed: bool = False
) -> dict[str, Any]:
    names = [entry.name for entry in fields(kind)]
    first = [name for name in names if name in lead]
    rest = [name for name in names if name not in first]
    values = _grid(kind, prefix, first, typed)
    if rest:
        with st.expander(title):
            values |= _grid(kind, prefix, rest, typed)
    return values


def _grid(kind: type[Method], prefix: str, names: Sequence[str], typed: bool, across: int = 3) -> dict[str, Any]:
    """Controls for these parameters, `across` beside one another, read row by row."""
    values: dict[str, Any] = {}
    for begin in range(0, len(names), across):
        for column, name in zip(st.columns(across, gap="medium"), names[begin : begin + across], strict=False):
            with column:
                values[name] = tune(kind, prefix, only=[name], typed=typed)[name]
    return values


def ask_device(found: Mapping[str, str]) -> str:
    """Where it runs: the CPU, a GPU, or several GPUs at once."""
    gpus = {name: f"{title} ({name})" for name, title in found.items() if name.startswith("cuda")}
    options = {name: gpus.get(name, title) for name, title in found.items()}
    if len(gpus) > 1:
        options[SEVERAL] = "several GPUs"
    if len(options) == 1:
        st.caption("Runs on the CPU of this machine, which leaves a core for this page. No GPU was found.")
        return next(iter(options))
    usual = next(iter(gpus), "cpu")
    chosen = segments("on", "Runs on", options, usual, "One run at a time per device; others wait in a queue.")
    if chosen != SEVERAL:
        return chosen
    together = several("gpus", "Which GPUs", gpus, list(gpus), "Each takes a part of every batch.")
    return ",".join(together) or usual


def link(asked: Asked) -> None:
    """Put the settings into the address: what differs from the defaults, and always what is refined on what."""
    values: dict[str, Any] = {"preset": setting("preset", OWN), "base": asked.base, "start": asked.start,
                              "data": asked.data, "images": asked.images, "objective": asked.objective.key,
                              "title": asked.title}  # fmt: skip
    for prefix, method in ((asked.objective.key, asked.objective), ("schedule", asked.schedule)):
        for entry in fields(method):
            found = getattr(method, entry.name)
            if found != entry.default or entry.name == "eps":
                values[f"{prefix}.{entry.name}"] = (
                    round(found * 255, 6) if entry.metadata.get("unit") == "/255" else found
                )
    if asked.device != "cpu":
        values["on"] = SEVERAL if "," in asked.device else asked.device
        values["gpus"] = asked.device if "," in asked.device else ""
    write_link(values)
