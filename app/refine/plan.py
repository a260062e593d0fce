"""What a refining run will do, in words, and why it cannot."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.run_words.settings import setting, value
from core.base.units import in_255ths
from core.catalog import LAYERS
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
    warned = fetched or " ".join(passed.warnings)
    changes = changed(passed.request, preset, models, data)
    return PlanWords(summary(passed, models, data), refusal(passed), warned, changes)


def refusal(passed: Check) -> str:
    """Why a run cannot be started, and what to do about it on this page; "" if it can."""
    if passed.cause == "too few":
        return too_few(passed)
    if passed.cause == "misfit":
        return (f"This model and these images do not fit: {passed.refusal}. Choose another model or another data "
                "set.")  # fmt: skip
    needs = passed.request.objective.needs
    if passed.cause == "method" and needs not in ("", *(each.key for each in passed.request.layers)):
        return f"{passed.refusal}: choose ‘{LAYERS[needs].title}’ under ‘Put into the network first’."
    return f"{passed.refusal[:1].upper()}{passed.refusal[1:].rstrip('.')}." if passed.refusal else ""


def summary(passed: Check, models: Mapping[str, str], data: Mapping[str, str]) -> str:
    """What the run will do, in plain sentences."""
    request = passed.request
    model, images = models.get(request.base, request.base), data.get(request.data, request.data)
    epochs, copy = request.schedule.epochs, "a copy of" if request.start == "base" else "a new network like"
    long = f"{epochs} epoch{'' if epochs == 1 else 's'}"
    trained, judged = attacked(request.objective)
    under = f"under attacks of up to {trained} per pixel" if trained else "without attacks"
    against = f" under attack{'' if trained == judged else f' of up to {judged} per pixel'}" if judged else ""
    first = (
        f", after ‘{'’ and ‘'.join(each.title for each in request.layers)}’ was put into it" if request.layers else ""
    )
    said = [f"Trains {copy} ‘{model}’ with ‘{request.objective.title}’{first}.",
            f"Learns from {learnt(passed)} of {images} for {long}, {under}.",
            kept(passed, against)]  # fmt: skip
    if unguided := request.objective.unguided(epochs):
        said.append(unguided)
    largest: float = getattr(request.objective, "reach" if trained else "eps", 0.0)
    if (trained or judged) and largest > CLEAR:
        said.append(f"{trained or judged} is {100 * largest:.0f} % of the whole brightness range: an eye will see it.")
    return " ".join(said)


def attacked(objective: Objective) -> tuple[str, str]:
    """How far the attacks it trains under go, and the strength of those on the held-out images; "" for none."""
    attacks = isinstance(objective, Adversarial) and getattr(objective, "adversarial", 1.0) > 0
    trained = objective.reach if isinstance(objective, Adversarial) and attacks else 0.0
    return in_255ths(trained) if trained else "", in_255ths(objective.judged_at) if objective.judged_at else ""


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
