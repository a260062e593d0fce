"""What a refining run will do, in words; why it cannot; and the same run as a shell command."""

import shlex
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from app.refine.request import Asked, preset_arguments
from app.ui.run_settings import setting, value
from core.base.params import Method
from core.contracts.objective import Objective
from core.runs.settings_difference import difference
from core.training.presets import PRESETS
from core.training.validation import usual_validation_attack

CLEAR = 16 / 255  # a change of a pixel that is larger than this is seen


def summary(asked: Asked, models: Mapping[str, str], data: Mapping[str, str], count: int | None) -> str:
    """What the run will do, in plain sentences. count: training images in the data set, if known."""
    model, images = models.get(asked.base, asked.base), data.get(asked.data, asked.data)
    epochs, copy = asked.schedule.epochs, "a copy of" if asked.start == "base" else "a new network like"
    trained, judged = attacked(asked.objective)
    under = f"under attacks of up to {trained} per pixel" if trained else "without attacks"
    against = f" under attack{'' if trained else f' of up to {judged} per pixel'}" if judged else ""
    said = [f"Trains {copy} ‘{model}’ with ‘{asked.objective.title}’.",
            f"Learns from {learnt(asked, count)} of {images} for {epochs} epoch{'' if epochs == 1 else 's'}, {under}.",
            kept(asked, count, against)]  # fmt: skip
    if unguided := asked.objective.unguided(epochs):
        said.append(unguided)
    eps: float = getattr(asked.objective, "eps", 0.0)
    if (trained or judged) and eps > CLEAR:
        said.append(f"{trained or judged} is {100 * eps:.0f} % of the whole brightness range: an eye will see it.")
    return " ".join(said)


def attacked(objective: Objective) -> tuple[str, str]:
    """The strength of the attacks it trains under, and of those the held-out images are measured under; "" for none."""
    judge = usual_validation_attack(objective)
    said = f"{255 * getattr(objective, 'eps', 0.0):.3g}/255" if judge else ""
    return said if getattr(objective, "adversarial", 1.0) > 0 else "", said


def used(asked: Asked, count: int | None) -> int | None:
    """How many training images are taken, those held out included; None if that is not known."""
    known = [each for each in (asked.images or None, count) if each is not None]
    return min(known) if known else None


def learnt(asked: Asked, count: int | None) -> str:
    """How many images it learns from, in words."""
    held, taken = asked.schedule.held_out, used(asked, count)
    if taken is None:
        return f"all but {held:,} training images" if held else "all training images"
    return f"{max(taken - held, 0):,} images"


def kept(asked: Asked, count: int | None, against: str) -> str:
    """Which epoch's weights are kept, and by what that is told."""
    if not (held := asked.schedule.held_out):
        return "No image is held out, so nothing tells which epoch was best: the last one is kept."
    those = f"Another {held:,}" if used(asked, count) is not None else f"Those {held:,}"
    return f"{those} are held out: the epoch that is right most often on them{against} is kept."


def problem(asked: Asked, count: int | None) -> str:
    """Why this cannot be started, as far as numbers tell, in one sentence; "" if nothing speaks against it.

    count: training images in the data set, if known.
    """
    held, batch = asked.schedule.held_out, asked.schedule.batch
    if (taken := used(asked, count)) is None:
        return ""
    if held >= taken:
        return (f"All {taken:,} images would be held out: take more training images, or hold out fewer than {taken:,} "
                "under ‘More settings of the training’.")  # fmt: skip
    if batch > taken - held:
        return (f"{batch:,} images in one step are too many: of {taken:,} images, {taken - held:,} are left to learn "
                f"from after holding out {held:,}. Choose fewer in one step, or more training images.")  # fmt: skip
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
    """The same run from a shell, an option a line."""
    options: list[tuple[str, ...]] = [("--data", asked.data), ("--objective", asked.objective.key)]
    if asked.start != "base":
        options.append(("--start", asked.start))
    if asked.images:
        options.append(("--images", str(asked.images)))
    for prefix, method in ((asked.objective.key, asked.objective), ("schedule", asked.schedule)):
        options += [("--set", each) for each in sets(prefix, method)]
    if asked.device != "cpu":
        options.append(("--device", asked.device))
    if asked.title:
        options.append((f"--title={asked.title}",))  # one word, since a title may begin with a dash
    return " \\\n  ".join(map(shlex.join, (("counterproof", "refine", asked.base), *options)))


def sets(prefix: str, method: Method) -> list[str]:
    """Each parameter that is not at its default, as METHOD.NAME=VALUE."""
    found = []
    for entry in fields(method):
        now: Any = getattr(method, entry.name)
        if now != entry.default:
            scaled = entry.metadata.get("unit") == "/255" and not isinstance(now, bool)
            found.append(f"{prefix}.{entry.name}={f'{now * 255:.6g}/255' if scaled else now}")
    return found
