"""What a refining run will do, in words; why it cannot; and the same run as a shell command."""

import shlex
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from app.ui.run_settings import setting, value
from core.base.params import Method
from core.contracts.objective import Objective
from core.runs.settings_difference import difference
from core.training.check import taken
from core.training.presets import PRESETS
from core.training.refinement import Refinement
from core.training.validation import usual_validation_attack

CLEAR = 16 / 255  # a change of a pixel that is larger than this is seen


def summary(request: Refinement, models: Mapping[str, str], data: Mapping[str, str], count: int | None) -> str:
    """What the run will do, in plain sentences. count: training images in the data set, if known."""
    model, images = models.get(request.base, request.base), data.get(request.data, request.data)
    epochs, copy = request.schedule.epochs, "a copy of" if request.start == "base" else "a new network like"
    long = f"{epochs} epoch{'' if epochs == 1 else 's'}"
    trained, judged = attacked(request.objective)
    under = f"under attacks of up to {trained} per pixel" if trained else "without attacks"
    against = f" under attack{'' if trained else f' of up to {judged} per pixel'}" if judged else ""
    said = [f"Trains {copy} ‘{model}’ with ‘{request.objective.title}’.",
            f"Learns from {learnt(request, count)} of {images} for {long}, {under}.",
            kept(request, count, against)]  # fmt: skip
    if unguided := request.objective.unguided(epochs):
        said.append(unguided)
    eps: float = getattr(request.objective, "eps", 0.0)
    if (trained or judged) and eps > CLEAR:
        said.append(f"{trained or judged} is {100 * eps:.0f} % of the whole brightness range: an eye will see it.")
    return " ".join(said)


def attacked(objective: Objective) -> tuple[str, str]:
    """The strength of the attacks it trains under, and of those the held-out images are measured under; "" for none."""
    judge = usual_validation_attack(objective)
    said = f"{255 * getattr(objective, 'eps', 0.0):.3g}/255" if judge else ""
    return said if getattr(objective, "adversarial", 1.0) > 0 else "", said


def learnt(request: Refinement, count: int | None) -> str:
    """How many images it learns from, in words."""
    held, images = request.schedule.held_out, taken(request, count)
    if images is None:
        return f"all but {held:,} training images" if held else "all training images"
    return f"{max(images - held, 0):,} images"


def kept(request: Refinement, count: int | None, against: str) -> str:
    """Which epoch's weights are kept, and by what that is told."""
    if not (held := request.schedule.held_out):
        return "No image is held out, so nothing tells which epoch was best: the last one is kept."
    those = f"Another {held:,}" if taken(request, count) is not None else f"Those {held:,}"
    return f"{those} are held out: the epoch that is right most often on them{against} is kept."


def too_few(request: Refinement, count: int | None) -> str:
    """What to do about too few images, in one sentence. count: training images in the data set, if known."""
    held, batch, images = request.schedule.held_out, request.schedule.batch, taken(request, count) or 0
    if held >= images:
        return (f"All {images:,} images would be held out: take more training images, or hold out fewer than "
                f"{images:,} under ‘More settings of the training’.")  # fmt: skip
    return (f"{batch:,} images in one step are too many: of {images:,} images, {images - held:,} are left to learn "
            f"from after holding out {held:,}. Choose fewer in one step, or more training images.")  # fmt: skip


def changed(request: Refinement, preset: str, models: Mapping[str, str], data: Mapping[str, str]) -> list[str]:
    """What differs from the preset, each as "Epochs: 2 instead of 3"."""
    if preset not in PRESETS:
        return []
    here, there = ({"arguments": replace(each, title="").arguments()} for each in (request, PRESETS[preset].request))
    return [
        f"{setting(name, here, there)}: {value(name, now, here, models, data)} instead of "
        f"{value(name, was, there, models, data)}"
        for name, (now, was) in difference(here, there).items()
    ]


def command(request: Refinement, device: str) -> str:
    """The same run from a shell, an option a line."""
    options: list[tuple[str, ...]] = [("--data", request.data), ("--objective", request.objective.key)]
    if request.start != "base":
        options.append(("--start", request.start))
    if request.images:
        options.append(("--images", str(request.images)))
    for prefix, method in ((request.objective.key, request.objective), ("schedule", request.schedule)):
        options += [("--set", each) for each in sets(prefix, method)]
    if device != "cpu":
        options.append(("--device", device))
    if request.title:
        options.append((f"--title={request.title}",))  # one word, since a title may begin with a dash
    return " \\\n  ".join(map(shlex.join, (("counterproof", "refine", request.base), *options)))


def sets(prefix: str, method: Method) -> list[str]:
    """Each parameter that is not at its default, as METHOD.NAME=VALUE."""
    found = []
    for entry in fields(method):
        now: Any = getattr(method, entry.name)
        if now != entry.default:
            scaled = entry.metadata.get("unit") == "/255" and not isinstance(now, bool)
            found.append(f"{prefix}.{entry.name}={f'{now * 255:.6g}/255' if scaled else now}")
    return found
