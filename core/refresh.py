"""The masks of all training images, made anew by an objective that keeps masks."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from core.batch import Batch, stream
from core.classifier import Classifier
from core.machine import share, summed
from core.objective import Objective
from core.sources import Images

if TYPE_CHECKING:
    from lightning_fabric import Fabric

PART = 500  # images in one call of `Objective.refresh`, unless memory is short


def refreshed(
    objective: Objective, classifier: Classifier, teacher: Classifier, data: Images, before: Tensor | None,
    epoch: int, seed: int, fabric: "Fabric", part: int = PART,
) -> tuple[Tensor | None, Mapping[str, float]]:  # fmt: skip
    """The masks (N, H, W), bool, on the CPU, to be used from this epoch on, and what the objective says about them.

    Each process makes those of its share of the images, `part` in a call; then all have all. No image is augmented.
    """
    count, _, height, width = data.images.shape
    made = torch.zeros(count, height, width, dtype=torch.uint8)
    begin, end = share(count, fabric)
    for first in range(begin, end, part):
        rows = slice(first, min(first + part, end))
        batch = Batch(
            images=data.images[rows].to(fabric.device).float() / 255,
            labels=data.labels[rows].to(fabric.device),
            indices=torch.arange(rows.start, rows.stop),
            seed=stream(seed, "masks", epoch),
            first=first,
            whole=count,
            masks=None if before is None else before[rows].to(fabric.device),
        )
        masks = objective.refresh(classifier, teacher, batch, epoch)
        if masks is None:
            return None, {}
        if masks.dtype != torch.bool or masks.shape != (len(batch), height, width):
            raise ValueError(f"{objective.key}: expected masks {(len(batch), height, width)}, got {masks.shape}")
        made[rows] = masks.cpu()
    if fabric.world_size > 1:
        whole = made.to(fabric.device)
        summed([whole], fabric)
        made = whole.cpu()
    masks = made.bool()
    return masks, objective.audit(masks, before, data.labels.cpu())
