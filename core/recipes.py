"""How the shipped checkpoints are trained: `python -m core.recipes [NAME ...]`, all by default.

Data come from $COUNTERPROOF_DATA, the data folder or a download; results go to assets/checkpoints.
"""

import importlib
import platform
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import torch

from core import checkpoint
from core.attacks.pgd import PGD
from core.catalog import DATASETS, OBJECTIVES
from core.evaluate import Share, accuracy, held_out
from core.params import from_spec
from core.paths import CHECKPOINTS
from core.refine import Schedule, refine

KEEP_OUT = 1000  # training images kept out of training, to choose the epoch that is kept


@dataclass(frozen=True)
class Recipe:
    """What is trained, on what, with which objective, and the PGD strength and step it is measured at."""

    architecture: str
    data: str
    objective: dict[str, Any]
    schedule: Schedule
    eps: float = 0.0
    step: float = 0.0
    notes: list[str] = field(default_factory=list)


RECIPES = {
    "cifar10_resnet20_standard": Recipe(
        "cifar10_resnet20", "cifar10", {"method": "cross_entropy"}, Schedule(epochs=30), 8 / 255, 2 / 255
    ),
    "cifar10_resnet20_adversarial": Recipe(
        "cifar10_resnet20", "cifar10", {"method": "fast_adversarial"}, Schedule(epochs=20), 8 / 255, 2 / 255
    ),
    "mnist_cnn_standard": Recipe(
        "mnist_cnn", "mnist", {"method": "cross_entropy"}, Schedule(epochs=6, lr=0.05, crop=2, flip=False), 0.2, 0.02
    ),
}


def train(name: str) -> None:
    """Train one checkpoint, keep the epoch best on the held-out images, measure it on the test images, write it."""
    recipe = RECIPES[name]
    data = DATASETS[recipe.data]()
    learn, judge = held_out(data.load("train"), KEEP_OUT, recipe.schedule.seed)
    classifier = importlib.import_module(f"core.classifiers.{recipe.architecture}").fresh(recipe.schedule.seed)
    objective = from_spec(recipe.objective, OBJECTIVES)
    robust = PGD(eps=recipe.eps, step=recipe.step, steps=10)
    guided = recipe.objective["method"] != "cross_entropy"  # then the robust accuracy chooses the epoch
    best, epoch, kept, begun = -1.0, 0, {}, time.perf_counter()
    for step in refine(classifier, objective, learn, recipe.schedule):  # type: ignore[arg-type]
        if not step.epoch_ends:
            continue
        clean = accuracy(classifier, judge)
        held = accuracy(classifier, judge, robust) if guided else clean
        under = f", {held.value:.1%} under PGD-10" if guided else ""
        _say(name, f"epoch {step.epoch + 1}: loss {step.loss:.3f}, held out {clean.value:.1%} clean{under}")
        if held.value >= best:
            best, epoch = held.value, step.epoch + 1
            kept = {key: value.clone() for key, value in classifier.net.state_dict().items()}
    minutes = (time.perf_counter() - begun) / 60
    classifier.net.load_state_dict(kept)
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
        "objective": recipe.objective,
        "schedule": asdict(recipe.schedule),
        "held_out": {"images": KEEP_OUT, "chooses": "robust accuracy" if guided else "clean accuracy"},
        "epoch_kept": epoch,
        "training_minutes": round(minutes, 1),
        "threads": torch.get_num_threads(),
        "test_clean": _row(clean),
        "test_pgd20": _row(held) | {"eps": recipe.eps, "step": recipe.step, "steps": 20, "images": "the first 1,000"},
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "date": date.today().isoformat(),
        "command": f"python -m core.recipes {name}",
    }
    checkpoint.save(CHECKPOINTS / f"{name}.safetensors", classifier.net, card)


def _say(name: str, text: str) -> None:
    sys.stderr.write(f"{name}: {text}\n")
    sys.stderr.flush()


def _row(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {"accuracy": share.value, "count": share.count, "interval_95": [round(low, 4), round(high, 4)]}


if __name__ == "__main__":
    for wanted in sys.argv[1:] or list(RECIPES):
        train(wanted)
