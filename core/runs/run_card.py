"""The card of a run's weights: what stays the same from the first step of the run to the last."""

import platform
from dataclasses import asdict

import torch

from core.base import run_folder
from core.base.params import to_spec
from core.catalog import CLASSIFIERS, classifier_names
from core.checkpoints.card import Card
from core.distributed.fabric import in_bf16
from core.refinement.request import Refinement
from core.training.loop import Training


def run_card(run: str, request: Refinement, training: Training, device: str) -> Card:
    """The numbers of an epoch come on top of it.

    Read once, when the run goes on: a base that is a run may be changed or deleted meanwhile. OSError if it is gone.
    """
    objective, attack, of = training.objective, training.validation.attack, origin(request.base)
    held_out = len(training.validation.images)
    return Card(
        name=f"run:{run}",
        title=request.title or f"{objective.named}, from {title_of(request.base, request.start)}",
        architecture=of.partition(":")[0],
        layers=list(training.classifier.layers) or None,
        labels=list(training.classifier.labels),
        base=request.base,
        origin=of,
        start=request.start,
        data=request.data,
        images=len(training.batches.data) + held_out,
        objective=to_spec(objective),
        schedule=asdict(training.schedule),
        held_out={
            "images": held_out,
            "chooses": "the last epoch" if not held_out else "robust accuracy" if attack else "clean accuracy",
        },
        judge=None if attack is None else to_spec(attack),
        device=device,
        processes=training.fabric.world_size,
        threads=torch.get_num_threads(),
        precision="bf16" if in_bf16(training.fabric) else "fp32",
        versions={"python": platform.python_version(), "torch": torch.__version__},
    )


def origin(base: str) -> str:
    """The classifier that is not of a run at the beginning of the chain of runs that `base` may be the end of."""
    if not base.startswith("run:"):
        return base
    name = base.removeprefix("run:").partition(".")[0]
    try:
        card = Card.read(run_folder.weights(name))
    except (OSError, ValueError):
        card = None
    if card is None or not card.origin:
        raise OSError(f"the run {name} is no longer there")
    return str(card.origin)


def title_of(base: str, start: str) -> str:
    """What people call the beginning of a refinement."""
    if start == "scratch":
        return f"scratch ({CLASSIFIERS[base.partition(':')[0]].title})"
    return classifier_names().get(base, base)
