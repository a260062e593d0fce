"""`python -m core.recipes NAME` makes a checkpoint: trained in a run like any other, measured, written with its card.

What was interrupted goes on when it is asked for again: it is a run, which is resumed.
"""

import platform
import sys
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import torch

from core.attacks.pgd import PGD
from core.base.paths import CHECKPOINTS
from core.base.run_folder import BEST
from core.catalog import load_classifier
from core.checkpoints.card import Card, save_weights
from core.checkpoints.tensor_files import as_fp16
from core.cli.follow import follow_run
from core.contracts.objective import Adversarial
from core.contracts.preprocessing import Preprocessing
from core.data.by_name import load_data
from core.data.fit import joined
from core.distributed.fabric import full_precision
from core.evaluation.accuracy import accuracy
from core.recipes.sample_logits import sample
from core.refinement.request import Refinement
from core.runs.store import Run, Store


@dataclass(frozen=True)
class Recipe:
    """What is trained, and the PGD strength and step that it is measured at.

    Held-out images are attacked at the same, in ten steps, if the objective attacks or `judged` says so: robust
    accuracy then chooses the epoch. fp16: the weights are rounded to float16 before they are measured and kept, which
    halves a large file.
    """

    request: Refinement
    eps: float
    step: float
    fp16: bool = False
    split: str | None = None
    judged: bool = False

    def named(self, name: str) -> Refinement:
        """The request of the run that makes the checkpoint `name`."""
        attacks = self.judged or isinstance(self.request.objective, Adversarial)
        attack = PGD(eps=self.eps, step=self.step, steps=10) if attacks else None
        return replace(self.request, title=f"Recipe {name}", validation_attack=attack)


def train(name: str, recipe: Recipe, device: str = "cpu", store: Store | None = None) -> None:
    """Make the checkpoint `name`: assets/checkpoints/NAME.safetensors and its card.

    ValueError if the run did not complete; it goes on when this is called again.
    """
    say = partial(_say, name)
    run = _run(name, recipe.named(name).arguments(), device, store or Store.usual())
    say(f"run {run.id}")
    if follow_run(run, say):
        raise ValueError(f"the run of {name} has not completed; the same command goes on with it")
    full_precision()
    classifier = load_classifier(f"run:{run.id}")
    tensors = as_fp16(classifier.net) if recipe.fp16 else classifier.net.state_dict()
    classifier.net.to(device)
    test, attack = joined(classifier, load_data(recipe.request.data, "test")), PGD(eps=recipe.eps, step=recipe.step)
    clean, robust = accuracy(classifier, test), accuracy(classifier, test, attack, count=1000)
    say(f"test {clean.value:.2%} clean, {robust.value:.1%} under PGD-20")
    kept = Card.inside(run.folder / BEST)
    base = recipe.request.base.partition(":")[2] if recipe.request.start == "base" else ""
    rows, spent = [row for row in run.metrics if row.get("masks")], run.result() or {}
    card = replace(
        kept, name=name, title=None, labels=None, origin=None, start=None, held=None, seconds=None, device=None,
        base=base, run=run.id, sample=sample(classifier), **Preprocessing.of(classifier).entries(),
        masks=[{"epoch": row["epoch"] + 1, **row["masks"]} for row in rows],
        split=recipe.split,
        stored="float16" if recipe.fp16 else "float32",
        gradient_evaluations=round(spent["evaluations"]),  # of the whole training, whichever epoch was kept
        training_minutes=round(spent["seconds"] / 60, 1),
        machine=_machine(classifier.device, kept.threads),
        test_clean=clean.entry(),
        test_pgd20=robust.entry() | {"eps": recipe.eps, "step": recipe.step, "steps": 20, "images": "the first 1,000"},
        versions={"python": platform.python_version(), "torch": torch.__version__},
        date=date.today().isoformat(),
        command=f"python -m core.recipes {name}" + ("" if device == "cpu" else f" --device {device}"),
    )  # fmt: skip
    save_weights(CHECKPOINTS / f"{name}.safetensors", tensors, card)


def _run(name: str, arguments: dict[str, Any], device: str, store: Store) -> Run:
    """The run that makes the checkpoint: one that was begun and not yet made into it, or a new one."""
    card = Card.read(CHECKPOINTS / f"{name}.safetensors")
    for run in store.runs():
        spec = run.spec
        if spec.get("arguments") != arguments or spec.get("device") != device:
            continue
        if card is not None and card.run == run.id:
            break  # the newest one is made into it: another is wanted
        if not run.status.alive and run.status.state != "completed":
            run.resume()
        return run
    return store.submit("refine", arguments, device=device)


def _machine(device: torch.device, threads: int | None) -> str:
    """What it was trained on, in words."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else f"{device.type}, {threads} threads"


def _say(name: str, text: str) -> None:
    sys.stderr.write(f"{name}: {text}\n")
    sys.stderr.flush()
