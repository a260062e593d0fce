"""The masks or maps of all training images, made anew by an objective that keeps such."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from core.contracts.batch import Batch, stream
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.contracts.objective import Objective
from core.distributed.fabric import share, summed
from core.training.batches import as_used

if TYPE_CHECKING:
    from lightning_fabric import Fabric

PART = 500  # images in one call of `Objective.refresh`, unless memory is short


def refreshed(
    objective: Objective, classifier: Classifier, teacher: Classifier, data: Images, before: Tensor | None,
    epoch: int, seed: int, fabric: "Fabric", at_once: int = PART,
) -> tuple[Tensor | None, Mapping[str, float]]:  # fmt: skip
    """The masks (N, H, W) of the type `Objective.kept_as`, on the CPU, to be used from this epoch on, and what the
    objective says about the new ones; `reached`: the share of all images that have a mask by now which is not empty.

    Each process makes those of its share of the images whose turn it is, `at_once` in a call; then all have all. They
    are not augmented.
    """
    count, _, height, width = data.images.shape
    chosen = objective.rows(count, epoch, seed)
    kind = objective.kept_as
    made = torch.zeros(len(chosen), height, width, dtype=kind)
    begin, end = share(len(chosen), fabric)
    for first in range(begin, end, at_once):
        part = slice(first, min(first + at_once, end))
        rows = chosen[part]
        batch = Batch(
            images=data.images[rows].to(fabric.device).float() / 255,
            labels=data.labels[rows].to(fabric.device),
            indices=rows,
            seed=stream(seed, "masks", epoch),
            first=first,
            whole=len(chosen),
            masks=None if before is None else as_used(before[rows].to(fabric.device)),
        )
        with nullcontext() if objective.precise else fabric.autocast():
            masks = objective.refresh(classifier, teacher, batch, epoch)
        if masks is None:
            return None, {}
        if masks.dtype != kind or masks.shape != (len(batch), height, width):
            raise ValueError(
                f"{objective.key}: expected {kind} {(len(batch), height, width)}, got {masks.dtype} {masks.shape}"
            )
        made[part] = masks.cpu()
    if fabric.world_size > 1:  # each value comes from one process, so that sums are exact
        gathered = made.to(fabric.device, torch.uint8 if kind == torch.bool else torch.float32)
        summed([gathered], fabric)
        made = gathered.cpu().to(kind)
    new = objective.arrange(made, stream(seed, "masks", epoch))
    whole = torch.zeros(count, height, width, dtype=kind) if before is None else before.clone()
    replaced = None if before is None else before[chosen]
    whole[chosen] = new
    reached = whole.flatten(1).any(dim=1).float().mean().item()
    return whole, {"reached": reached, **objective.audit(new, replaced, data.labels[chosen].cpu())}
