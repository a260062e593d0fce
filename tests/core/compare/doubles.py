"""Two small models and an image to compare them on, data of two classes, and made rows of a comparison."""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from core.attacks.pgd import PGD
from core.compare.comparison import Pair
from core.contracts.classifier import Classifier
from core.contracts.toy_models import quadrant
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.integrated_gradients import IntegratedGradients

IMAGE = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0))
ATTACK = PGD(eps=16 / 255, steps=4)


def model(seed: int, labels: tuple[str, ...] = ("a", "b", "c")) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(256, len(labels))).eval()
    return Classifier(net, labels, (3, 8, 8), key="toy", fingerprint=f"f{seed}", cam_layer="1")


def pair(**changes: Any) -> Pair:
    return replace(
        Pair("toy/1", "one", "two", ATTACK, (GradCAMPP(), IntegratedGradients(steps=8)), controls=2), **changes
    )


# ---- rows and curves


def data(count: int, size: int = 16) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    images = torch.rand(count, 3, size, size, generator=generator)
    return images, quadrant(size).probabilities(images).argmax(dim=1)


ROWS = [
    {"step": 0, "images": [4, 7, 9],
     "before": {"right": [[1, 1, 0], [0, 0, 0]], "stable": [[1, 1, 1], [0.2, 0.4, 0.6]],
                "noise": [[1, 1, 1], [0.9, 0.9, 0.9]], "bound": [0.1, 0.3, 0.0], "share": [0.2, 0.3, 0.4]},
     "after": {"right": [[1, 0, 1], [1, 0, 1]], "stable": [[1, 1, 1], [0.6, 0.8, 1.0]],
               "noise": [[1, 1, 1], [0.9, 0.9, 0.9]], "bound": [0.2, 0.4, 0.3], "share": [0.1, 0.2, 0.3]}},
    {"step": 1, "images": [12],
     "before": {"right": [[1], [1]], "stable": [[1], [0.8]], "noise": [[1], [0.9]], "bound": [0.4], "share": [0.1]},
     "after": {"right": [[1], [0]], "stable": [[1], [0.4]], "noise": [[1], [0.9]], "bound": [0.1], "share": [0.4]}},
]  # fmt: skip
