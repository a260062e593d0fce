"""How the shipped checkpoints are trained: `python -m core.recipes [NAME ...]`, all by default.

Data come from $COUNTERPROOF_DATA, the data folder or a download; results go to assets/checkpoints. What was interrupted
goes on from its last whole epoch when the same command is given again: states lie in the user's folder, under recipes.
"""

import importlib
import platform
import sys
import time
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import torch

from core import checkpoint
from core.attacks.pgd import PGD
from core.catalog import DATASETS, OBJECTIVES, load_classifier
from core.evaluate import accuracy
from core.objective import Adversarial
from core.params import from_spec, to_spec
from core.paths import CHECKPOINTS, home
from core.refine import Training
from core.resume import State
from core.schedule import Schedule


@dataclass(frozen=True)
class Recipe:
    """What is trained, on what, with which objective, and the PGD strength and step it is measured at.

    base: the checkpoint that training goes on from; "" for random weights.
    """

    architecture: str
    data: str
    objective: dict[str, Any]
    schedule: Schedule
    eps: float = 0.0
    step: float = 0.0
    base: str = ""


def _refined(
    base: Recipe, schedule: Schedule, twin: dict[str, Any], guided: dict[str, Any], random: dict[str, Any],
    more: tuple[int, int],
) -> dict[str, Recipe]:  # fmt: skip
    """LIME-guided refinement of a checkpoint, the same with masks drawn by lot, and adversarial training alone.

    more: the epochs of the latter two, so many that they spend the gradient evaluations that LIME does. random: when
    the control draws its masks, so that they stand over the same share of its longer training.
    """
    name = f"{base.architecture}_"
    kinds = (
        ("lime_guided", guided, schedule.epochs),
        ("random_masks", guided | {"mask_source": "random"} | random, more[0]),
        (twin["method"], twin, more[1]),
    )
    return {
        name + kind: replace(base, objective=spec, schedule=replace(schedule, epochs=epochs), base="standard")
        for kind, spec, epochs in kinds
    }


PLAIN = Schedule(lr=0.2, clip=0.0)  # with batch normalisation, gradients stay short by themselves
DIGITS = replace(PLAIN, epochs=6, lr=0.05, crop=2, flip=False)
RECIPES = {
    "cifar10_resnet20_standard": Recipe(
        "cifar10_resnet20", "cifar10", {"method": "cross_entropy"}, replace(PLAIN, epochs=30), 8 / 255, 2 / 255
    ),
    "cifar10_resnet20_adversarial": Recipe(
        "cifar10_resnet20", "cifar10", {"method": "fast_adversarial"}, replace(PLAIN, epochs=20), 8 / 255, 2 / 255
    ),
    "mnist_cnn_standard": Recipe("mnist_cnn", "mnist", {"method": "cross_entropy"}, DIGITS, 0.2, 0.02),
}
RECIPES |= _refined(
    RECIPES["cifar10_resnet20_standard"], replace(PLAIN, epochs=8, lr=0.1, ema=0.995),
    {"method": "fast_adversarial"},
    {"method": "lime_guided", "first": 2, "every": 2, "turns": 2}, {"first": 4, "every": 4}, more=(16, 19),
)  # fmt: skip
RECIPES |= _refined(
    RECIPES["mnist_cnn_standard"], replace(DIGITS, ema=0.995, clip=5.0),
    {"method": "pgd_adversarial", "eps": 0.2, "step": 0.05, "steps": 7},
    {"method": "lime_guided", "eps": 0.2, "step_ratio": 0.25, "steps": 7, "sensitivity": 30.0,
     "first": 1, "every": 2, "turns": 2},
    {"first": 1, "every": 3}, more=(8, 9),
)  # fmt: skip


def train(name: str) -> None:
    """Train one checkpoint, keep the epoch best on the held-out images, measure it on the test images, write it."""
    recipe = RECIPES[name]
    data = DATASETS[recipe.data]()
    if recipe.base:
        classifier = load_classifier(f"{recipe.architecture}:{recipe.base}")
    else:
        classifier = importlib.import_module(f"core.classifiers.{recipe.architecture}").fresh(recipe.schedule.seed)
    objective = from_spec(recipe.objective, OBJECTIVES)
    guided = isinstance(objective, Adversarial)  # then the robust accuracy chooses the epoch
    judge = PGD(eps=recipe.eps, step=recipe.step, steps=10) if guided else None
    begun = time.perf_counter()
    training = Training(classifier, objective, data.load("train"), recipe.schedule, judge=judge)  # type: ignore[arg-type]
    masks: list[dict[str, float]] = []
    spent, state = 0.0, home() / "recipes" / f"{name}.safetensors"
    if state.is_file():
        found = State.load(state)
        training.restore(found)
        masks, spent = found.facts["told"], found.facts["spent"]
        _say(name, f"goes on after {training.done:,} steps")
    for step in training:
        if step.masks:
            masks.append({"epoch": step.epoch + 1, **step.masks})
            _say(name, ", ".join(f"{what} {value:.3f}" for what, value in masks[-1].items()))
        if step.epoch_ends:
            held_out = ", ".join(f"{value:.1%} {name}" for name, value in step.held.items())
            _say(name, f"epoch {step.epoch + 1}: loss {step.loss:.3f}, held out {held_out}")
            saved = training.state()
            state.parent.mkdir(parents=True, exist_ok=True)
            State(saved.tensors, saved.facts | {"told": masks, "spent": spent + time.perf_counter() - begun}).save(
                state
            )
    best = training.best
    assert best is not None
    minutes = (spent + time.perf_counter() - begun) / 60
    classifier.net.load_state_dict(best.weights)
    classifier.net.to(memory_format=torch.contiguous_format)
    test = data.load("test")
    clean, held = (
        accuracy(classifier, test),
        accuracy(classifier, test, PGD(eps=recipe.eps, step=recipe.step), count=1000),
    )
    _say(name, f"{minutes:.0f} min; test {clean.value:.2%} clean, {held.value:.1%} under PGD-20")
    card = {
        "name": name,
        "architecture": recipe.architecture,
        "data": recipe.data,
        "base": recipe.base,
        "objective": to_spec(objective),
        "schedule": asdict(recipe.schedule),
        "held_out": {"images": recipe.schedule.held_out, "chooses": "robust accuracy" if guided else "clean accuracy"},
        "epoch_kept": best.epoch + 1,
        "averaged": best.averaged,
        "gradient_evaluations": round(training.evaluations),
        "masks": masks,
        "training_minutes": round(minutes, 1),
        "threads": torch.get_num_threads(),
        "test_clean": clean.entry(),
        "test_pgd20": held.entry() | {"eps": recipe.eps, "step": recipe.step, "steps": 20, "images": "the first 1,000"},
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "date": date.today().isoformat(),
        "command": f"python -m core.recipes {name}",
    }
    checkpoint.save(CHECKPOINTS / f"{name}.safetensors", classifier.net, card)
    state.unlink(missing_ok=True)


def _say(name: str, text: str) -> None:
    sys.stderr.write(f"{name}: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    for wanted in sys.argv[1:] or list(RECIPES):
        train(wanted)
