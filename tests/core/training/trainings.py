"""Trainings of toys: a schedule, an objective that keeps masks, and whether two networks are the same."""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.lime_guided import LimeGuided
from core.training.loop import Training
from core.training.schedule import Schedule
from tests.toys import dataset, small

GUIDED = LimeGuided(
    eps=0.1, cells=4, samples=9, every=2, groups=2, masking=0.5, sensitivity=1.0, penalised=0.5, penalty="finite"
)
SCHEDULE = Schedule(epochs=3, batch=32, lr=0.1, crop=1, flip=False, bf16=False, held_out=64, ema=0.9)


def new(objective: Objective, schedule: Schedule = SCHEDULE, seed: int = 0, **more: Any) -> Training:
    return Training(small(seed, **more), objective, dataset(), schedule)


def same(one: Classifier, other: Classifier) -> None:
    for name, value in one.net.state_dict().items():
        assert torch.equal(value, other.net.state_dict()[name]), name


@dataclass(frozen=True)
class Masking(Objective):
    """Keeps masks: before epochs 0 and 2, the bright pixels of each image."""

    key = "masking"

    def due(self, epoch: int) -> bool:
        return epoch % 2 == 0

    def refresh(self, classifier: Classifier, teacher: Classifier, batch: Batch, epoch: int) -> Tensor | None:
        noise = batch.draw("noise", lambda shape, draws: torch.rand(shape, generator=draws), ())
        flipped = (noise < 0.1 * epoch).view(-1, 1, 1)
        return (batch.images[:, 0] > 0.5) ^ flipped

    def audit(self, masks: Tensor, before: Tensor | None, labels: Tensor) -> dict[str, float]:
        kept = 1.0 if before is None else (masks == before).float().mean().item()
        return {"size": masks.float().mean().item(), "kept": kept}

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        assert batch.masks is not None
        inside = torch.where(batch.masks[:, None], batch.images, torch.zeros(()))
        loss, _ = CrossEntropy()(classifier, replace(batch, images=inside))
        agree = (batch.masks == (batch.images[:, 0] > 0.5)).float().mean().item()
        return loss, {"agree": agree}
