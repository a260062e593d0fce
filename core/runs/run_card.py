"""What a run's weights are, in the words of the shipped checkpoints' cards."""

import json
import platform
from dataclasses import asdict
from typing import Any

import torch

from core.base.params import to_spec
from core.base.paths import home
from core.catalog import CLASSIFIERS, classifier_names
from core.contracts.objective import Adversarial
from core.distributed.fabric import in_bf16
from core.training.loop import Training
from core.training.refinement import Refinement


def card(run: str, asked: Refinement, training: Training, device: str) -> dict[str, Any]:
    """What stays the same from the first step of a run to the last; the numbers of an epoch come on top.

    Read once, when the run goes on: a base that is a run may be changed or deleted meanwhile. OSError if it is gone.
    """
    objective, of = training.objective, origin(asked.base)
    guided = isinstance(objective, Adversarial) and training.validation_attack is not None
    rule = ("robust accuracy" if guided else "clean accuracy") if len(training.held_out_images) else "the last epoch"
    return {
        "name": f"run:{run}",
        "title": asked.title or f"{objective.named}, from {title_of(asked.base, asked.start)}",
        "base": asked.base,
        "origin": of,
        "start": asked.start,
        "architecture": of.partition(":")[0],
        "labels": list(training.classifier.labels),
        "data": asked.data,
        "images": len(training.feed.data) + len(training.held_out_images),
        "objective": to_spec(objective),
        "schedule": asdict(training.schedule),
        "held_out": {"images": len(training.held_out_images), "chooses": rule},
        "judge": None if training.validation_attack is None else to_spec(training.validation_attack),
        "device": device,
        "processes": training.fabric.world_size,
        "threads": torch.get_num_threads(),
        "precision": "bf16" if in_bf16(training.fabric) else "fp32",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }


def origin(base: str) -> str:
    """The classifier that is not of a run at the beginning of the chain of runs that `base` may be the end of."""
    if not base.startswith("run:"):
        return base
    name = base.removeprefix("run:").partition(".")[0]
    try:
        return str(json.loads((home() / "runs" / name / "best.json").read_text())["origin"])
    except (OSError, ValueError, KeyError) as error:
        raise OSError(f"the run {name} is no longer there") from error


def title_of(base: str, start: str) -> str:
    """What people call the beginning of a refinement."""
    if start == "scratch":
        return f"scratch ({CLASSIFIERS[base.partition(':')[0]].title})"
    return classifier_names().get(base, base)
