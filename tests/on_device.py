"""What the tests on a GPU train, attack and explain: a shipped network and the gallery's pictures, on any device."""

import os
from dataclasses import fields
from typing import Any

import torch
from torch import Tensor

from core.catalog import LAYERS, load_classifier
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.contracts.layer import with_layers
from core.contracts.objective import Objective
from core.distributed.fabric import accelerator_of, make_fabric
from core.images.samples import gallery, sample_images
from core.training.loop import Training
from core.training.schedule import Schedule

DEVICE = os.environ.get("COUNTERPROOF_TEST_DEVICE", "cuda:0")
ON = DEVICE.partition(":")[0]
NAME = "cifar10_resnet20:fast_adversarial"  # smooth: the last digits of a sum are not amplified as in a brittle one
SMALL = {"steps": 2, "queries": 20, "search_steps": 2, "population": 10, "samples": 100, "evaluations": 100}
SCHEDULE = Schedule(epochs=2, batch=8, lr=0.01, held_out=8, bf16=False, ema=0.9)  # 6 steps of 32 images


def on(device: str) -> Classifier:
    make_fabric(ON, accelerator_of(DEVICE)[1])  # no TF32
    classifier = load_classifier(NAME)
    classifier.net.to(device)
    return classifier


def data(count: int = 40) -> Images:
    """The pictures of the gallery, again and again, a little brighter every time."""
    few = (sample_images(on("cpu"), 40) * 255).round().to(torch.uint8)
    places = torch.arange(count)
    labels = torch.tensor([each.index for each in gallery("cifar10")])[places % len(few)]
    return Images(few[places % len(few)] // 2 + (places // len(few))[:, None, None, None], labels, on("cpu").labels)


def some(count: int = 4) -> tuple[Tensor, Tensor]:
    few = data(count)
    return few.images.float() / 255, few.labels


def small(method: Any) -> Any:
    values = {entry.name: SMALL[entry.name] for entry in fields(method) if entry.name in SMALL}
    return method(**values | ({"steps": 20} if method.key == "integrated_gradients" else {}))


def training(device: str, objective: Objective, schedule: Schedule = SCHEDULE) -> Training:
    fabric = make_fabric(*accelerator_of(device), bf16=schedule.bf16)
    classifier = with_layers(on("cpu"), [LAYERS[objective.needs]()] if objective.needs else [])
    return Training(classifier, objective, data(32), schedule, fabric=fabric)
