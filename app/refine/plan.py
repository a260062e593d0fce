"""What a refining run will do, in words; why it cannot; and the same run as a shell command."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from app.run_words.settings import setting, value
from core.base.params import Method
from core.base.units import in_255ths, in_shell
from core.contracts.objective import Adversarial, Objective
from core.refinement.check import Check
from core.refinement.presets import PRESETS
from core.refinement.request import Refinement
from core.runs.settings_difference import difference

CLEAR = 16 / 255  # a change of a pixel that is larger than this is seen


@dataclass(frozen=True)
class PlanWords:
    """summary: what the run will do; refusal: why it cannot, "" if it can; warnings: what to beware of, "" for nothing;
    changes: what differs from the preset that was chosen.
    """

    summary: str
    refusal: str
    warnings: str
    changes: list[str]


def plan_words(passed: Check, preset: str, models: Mapping[str, str], data: Mapping[str, str]) -> PlanWords:
    """A request and what was found when it was looked at, for the screen. models, data: titles by name."""
    fetched = "" if passed.here else "These images are not on this machine yet: the run fetches them first."
    return PlanWords(
        summary(passed, models, data),
        refusal(passed),
        fetched or " ".join(passed.warnings),
        changed(passed.request, preset, models, data),
    )


def refusal(passed: Check) -> str:
    """Why a run cannot be started, and what to do about it on this page; "" if it can."""
    if passed.cause == "too few":
        return too_few(passed)
    if passed.cause == "misfit":
        return (f"This model and these images do not fit: {passed.refusal}. Choose another model or another data "
                "set.")  # fmt: skip
    return f"{passed.refusal[:1].upper()}{passed.refusal[1:].rstrip('.')}." if passed.refusal else ""


def summary(passed: Check, models: Mapping[str, str], data: Mapping[str, str]) -> str:
    """What the run will do, in plain sentences."""
    request = passed.request
    model, images = models.get(request.base, request.base), data.get(request.data, request.data)
    epochs, copy = request.schedule.epochs, "a copy of" if request.start == "base" else "a new network like"
    long = f"{epochs} epoch{'' if epochs == 1 else 's'}"
    trained, judged = attacked(request.objective)
    under = f"under attacks of up to {trained} per pixel" if trained else "without attacks"
    against = f" under attack{'' if trained else f' of up to {judged} per pixel'}" if judged else ""
    first = (
        f", after ‘{'’ and ‘'.join(each.title for each in request.layers)}’ was put into it" if request.layers else ""
    )
    said = [f"Trains {copy} ‘{model}’ with ‘{request.objective.title}’{first}.",
            f"Learns from {learnt(passed)} of {images} for {long}, {under}.",
            kept(passed, against)]  # fmt: skip
    if unguided := request.objective.unguided(epochs):
        said.append(unguided)
    eps: float = getattr(request.objective, "eps", 0.0)
    if (trained or judged) and eps > CLEAR:
        said.append(f"{trained or judged} is {100 * eps:.0f} % of the whole brightness range: an eye will see it.")
    return " ".join(said)


def attacked(objective: Objective) -> tuple[str, str]:
    """The strength of the attacks it trains under, and of those the held-out images are measured under; "" for none."""
    eps: float = getattr(objective, "eps", 0.0)
    said = in_255ths(eps) if eps else ""
    attacks = isinstance(objective, Adversarial) and getattr(objective, "adversarial", 1.0) > 0
    return said if attacks else "", said if objective.judged_at else ""


def learnt(passed: Check) -> str:
    """How many images it learns from, in words."""
    held = passed.request.schedule.held_out
    if passed.used is None:
        return f"all but {held:,} training images" if held else "all training images"
    return f"{max(passed.used - held, 0):,} images"


def kept(passed: Check, against: str) -> str:
    """Which epoch's weights are kept, and by what that is told."""
    if not (held := passed.request.schedule.held_out):
        return "No image is held out, so nothing tells which epoch was best: the last one is kept."
    those = f"Another {held:,}" if passed.used is not None else f"Those {held:,}"
    return f"{those} are held out: the epoch that is right most often on them{against} is kept."


def too_few(passed: Check) -> str:
    """What to do about too few images, in one sentence."""
    held, batch, images = passed.request.schedule.held_out, passed.request.schedule.batch, passed.used or 0
    if held >= images:
        return (f"All {images:,} images would be held out: take more training images, or hold out fewer than "
                f"{images:,} under ‘More settings of the training’.")  # fmt: skip
    return (f"{batch:,} images in one step are too many: of {images:,} images, {images - held:,} are left to learn "
            f"from after holding out {held:,}. Choose fewer in one step, or more training images.")  # fmt: skip


def changed(request: Refinement, preset: str, models: Mapping[str, str], data: Mapping[str, str]) -> list[str]:
    """What differs from the preset, each as "Epochs: 2 instead of 3"."""
    if preset not in PRESETS:
        return []
    both = (replace(each, title="", data_fingerprint="") for each in (request, PRESETS[preset].request))
    here, there = ({"arguments": each.arguments()} for each in both)
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
    options += [("--layer", layer.key) for layer in request.layers]
    layers = [(layer.key, layer) for layer in request.layers]
    for prefix, method in (*layers, (request.objective.key, request.objective), ("schedule", request.schedule)):
        options += [("--set", each) for each in sets(prefix, method)]
    if device != "cpu":
        options.append(("--device", device))
    if request.title:
        options.append((f"--title={request.title}",))  # one word, since a title may begin with a dash
    return " \\\n  ".join(map(shlex.join, (("counterproof", "refine", request.base), *options)))


def sets(prefix: str, method: Method) -> list[str]:
    """Each parameter that is not at its default, as METHOD.NAME=VALUE."""
    words = []
    for entry in fields(method):
        value: Any = getattr(method, entry.name)
        if value != entry.default:
            words.append(f"{prefix}.{entry.name}={in_shell(entry, value)}")
    return words
