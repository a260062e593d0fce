"""A checkpoint made after its recipe: trained, the best epoch kept, measured on the test images, written with its card.

What was interrupted goes on from the last state that was kept when it is asked for again: states lie in the user's
folder, under recipes.
"""

import importlib
import platform
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import torch

from core.attacks.pgd import PGD
from core.base.params import from_spec, to_spec
from core.base.paths import CHECKPOINTS, home
from core.catalog import DATASETS, OBJECTIVES, load_classifier
from core.checkpoints import tensor_files
from core.contracts.classifier import Classifier
from core.contracts.objective import Adversarial, Objective
from core.distributed.fabric import accelerator_of, full_precision, in_bf16, make_fabric
from core.evaluation.accuracy import accuracy
from core.training.loop import Training
from core.training.refinement import few
from core.training.resume import State
from core.training.schedule import Schedule

KEEP = 60.0  # seconds between two states on disk, which are taken after an epoch


@dataclass(frozen=True)
class Recipe:
    """What is trained, on what, with which objective, and the PGD strength and step it is measured at.

    base: the checkpoint that training goes on from; "" for random weights. images: only so many, drawn by the seed of
    the schedule; 0 for all. half: the weights are rounded to float16 before they are measured and kept, which halves a
    large file.
    """

    architecture: str
    data: str
    objective: dict[str, Any]
    schedule: Schedule
    eps: float = 0.0
    step: float = 0.0
    base: str = ""
    images: int = 0
    half: bool = False


def train(name: str, recipe: Recipe, device: str = "cpu") -> None:
    """Make the checkpoint `name`: assets/checkpoints/NAME.safetensors and its card."""
    full_precision()
    classifier = _beginning(recipe)
    classifier.net.to(device)
    data = DATASETS[recipe.data]()
    objective = from_spec(recipe.objective, OBJECTIVES)
    assert isinstance(objective, Objective)
    guided = isinstance(objective, Adversarial)  # then the robust accuracy chooses the epoch
    validation_attack = PGD(eps=recipe.eps, step=recipe.step, steps=10) if guided else None
    learnt = few(data.load("train"), recipe.images, recipe.schedule.seed)
    fabric = make_fabric(*accelerator_of(device), bf16=recipe.schedule.bf16 and not objective.precise)
    training = Training(
        classifier, objective, learnt, recipe.schedule, fabric=fabric, validation_attack=validation_attack
    )
    masks, spent = _trained(name, training)
    best = training.best
    assert best is not None
    classifier.net.load_state_dict(best.weights)
    classifier.net.to(memory_format=torch.contiguous_format)
    tensors = tensor_files.as_fp16(classifier.net) if recipe.half else classifier.net.state_dict()
    test, attack = data.load("test"), PGD(eps=recipe.eps, step=recipe.step)
    clean, held = accuracy(classifier, test), accuracy(classifier, test, attack, count=1000)
    _say(name, f"{spent / 60:.0f} min; test {clean.value:.2%} clean, {held.value:.1%} under PGD-20")
    card = {
        "name": name,
        "architecture": recipe.architecture,
        "data": recipe.data,
        "base": recipe.base,
        "images": len(learnt),
        "objective": to_spec(objective),
        "schedule": asdict(recipe.schedule),
        "held_out": {"images": recipe.schedule.held_out, "chooses": "robust accuracy" if guided else "clean accuracy"},
        "epoch_kept": best.epoch + 1,
        "averaged": best.averaged,
        "stored": "float16" if recipe.half else "float32",
        "gradient_evaluations": round(training.evaluations),
        "masks": masks,
        "training_minutes": round(spent / 60, 1),
        "machine": _machine(classifier.device),
        "precision": "bf16" if in_bf16(training.fabric) else "fp32",
        "test_clean": clean.entry(),
        "test_pgd20": held.entry() | {"eps": recipe.eps, "step": recipe.step, "steps": 20, "images": "the first 1,000"},
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "date": date.today().isoformat(),
        "command": f"python -m core.recipes {name}" + ("" if device == "cpu" else f" --device {device}"),
    }
    tensor_files.save_tensors(CHECKPOINTS / f"{name}.safetensors", tensors, card)
    _state(name).unlink(missing_ok=True)


def _beginning(recipe: Recipe) -> Classifier:
    if recipe.base:
        return load_classifier(f"{recipe.architecture}:{recipe.base}")
    made: Classifier = importlib.import_module(f"core.classifiers.{recipe.architecture}").fresh(recipe.schedule.seed)
    return made


def _trained(name: str, training: Training) -> tuple[list[dict[str, float]], float]:
    """Train to the end; what was said of the masks, and the seconds it took in all."""
    begun = kept = time.perf_counter()
    masks: list[dict[str, float]] = []
    spent, state = 0.0, _state(name)
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
            seconds = spent + time.perf_counter() - begun
            _say(name, f"epoch {step.epoch + 1}: loss {step.loss:.3f}, held out {held_out}, {seconds:.0f} s")
            if time.perf_counter() - kept > KEEP:
                saved = training.state()
                state.parent.mkdir(parents=True, exist_ok=True)
                State(saved.tensors, saved.facts | {"told": masks, "spent": seconds}).save(state)
                kept = time.perf_counter()
    return masks, spent + time.perf_counter() - begun


def _state(name: str) -> Path:
    return home() / "recipes" / f"{name}.safetensors"


def _machine(device: torch.device) -> str:
    """What it was trained on, in words."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{device.type}, {torch.get_num_threads()} threads"


def _say(name: str, text: str) -> None:
    sys.stderr.write(f"{name}: {text}\n")
    sys.stderr.flush()
