"""What a refining run will do, in words; why it cannot; and the same run as a shell command."""

import shlex
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from app.refine_asked import Asked, preset_arguments
from app.run_words import setting, value
from core.params import Method
from core.presets import PRESETS
from core.runs.compare import difference


def summary(asked: Asked, models: Mapping[str, str], data: Mapping[str, str]) -> str:
    """What Start will do, in plain sentences."""
    model, images = models.get(asked.base, asked.base), data.get(asked.data, asked.data)
    epochs, held = asked.schedule.epochs, asked.schedule.held_out
    count = f"{asked.images:,} images" if asked.images else "all training images"
    copy = "a copy of" if asked.start == "base" else "a new network like"
    eps = getattr(asked.objective, "eps", 0.0)
    under = f", under attacks of up to {eps * 255:.3g}/255 per pixel" if eps else ", without attacks"
    kept = (f" {held:,} of them are kept apart, to measure every epoch and keep the best one." if held else
            " No image is kept apart, so nothing tells which epoch was best.")  # fmt: skip
    return (f"Trains {copy} ‘{model}’ with ‘{asked.objective.title}’ on {count} of {images}, "
            f"for {epochs} epoch{'' if epochs == 1 else 's'}{under}.{kept}")  # fmt: skip


def problem(asked: Asked, count: int | None) -> str:
    """Why this cannot be started, as far as numbers tell, in one sentence; "" if nothing speaks against it.

    count: training images in the data set, if known.
    """
    held, batch = asked.schedule.held_out, asked.schedule.batch
    if count is None and not asked.images:
        return ""
    used = min(each for each in (asked.images or None, count) if each is not None)
    if held >= used:
        return (f"All {used:,} images would be held out: take more training images, or hold out fewer than {used:,} "
                "under ‘More settings of the training’.")  # fmt: skip
    if batch > used - held:
        return (f"A batch of {batch:,} does not fit: of {used:,} images, {used - held:,} are left to learn from after "
                f"holding out {held:,}. Choose a smaller batch or more images.")  # fmt: skip
    return ""


def changed(asked: Asked, preset: str, models: Mapping[str, str], data: Mapping[str, str]) -> list[str]:
    """What differs from the preset, each as "Epochs: 2 instead of 3"."""
    if preset not in PRESETS:
        return []
    here = {"arguments": {name: each for name, each in asked.arguments.items() if name != "title"}}
    there = {"arguments": preset_arguments(preset)}
    return [
        f"{setting(name, here, there)}: {value(name, now, here, models, data)} instead of "
        f"{value(name, was, there, models, data)}"
        for name, (now, was) in difference(here, there).items()
    ]


def command(asked: Asked) -> str:
    """The same run from a shell."""
    words = ["counterproof", "refine", asked.base, "--data", asked.data, "--objective", asked.objective.key]
    if asked.start != "base":
        words += ["--start", asked.start]
    if asked.images:
        words += ["--images", str(asked.images)]
    for prefix, method in ((asked.objective.key, asked.objective), ("schedule", asked.schedule)):
        words += [word for each in sets(prefix, method) for word in ("--set", each)]
    if asked.device != "cpu":
        words += ["--device", asked.device]
    if asked.title:
        words += ["--title", asked.title]
    return shlex.join(words)


def sets(prefix: str, method: Method) -> list[str]:
    """Each parameter that is not at its default, as METHOD.NAME=VALUE."""
    found = []
    for entry in fields(method):
        now: Any = getattr(method, entry.name)
        if now != entry.default:
            scaled = entry.metadata.get("unit") == "/255" and not isinstance(now, bool)
            found.append(f"{prefix}.{entry.name}={f'{now * 255:.6g}/255' if scaled else now}")
    return found
