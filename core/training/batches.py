"""Which images a step sees, in which order and how augmented: a function of the seed and the step's number."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from core.contracts.batch import Batch, stream
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.distributed.fabric import share
from core.training.augment import augment
from core.training.memory_watch import ON_DEVICE
from core.training.schedule import Schedule

if TYPE_CHECKING:
    from lightning_fabric import Fabric

NOTHING: Mapping[str, float] = MappingProxyType({})
UNDIVIDED = "the loss of this objective is that of a whole batch, which one process must have: use one process, one GPU"


class Batches:
    """The batches of a run over `data`: `each` an epoch, `total` in all.

    The order differs from epoch to epoch; images that do not fill a batch wait for the next epoch. pairs: with each
    image comes another one, `Batch.others`. whole: no batch may be shared among processes.
    """

    def __init__(
        self, data: Images, schedule: Schedule, fabric: "Fabric", *, pairs: bool = False, whole: bool = False
    ) -> None:
        self.schedule, self.fabric, self.pairs = schedule, fabric, pairs
        self.each = len(data) // schedule.batch
        self.total = self.each * schedule.epochs
        if self.each == 0 or schedule.batch < fabric.world_size:
            raise ValueError(f"expected a batch of {fabric.world_size} to {len(data)} images, got {schedule.batch}")
        if whole and fabric.world_size > 1:
            raise ValueError(UNDIVIDED)
        device = fabric.device
        fits = data.images.numel() <= ON_DEVICE
        self.data = Images(data.images.to(device), data.labels.to(device), data.classes) if fits else data
        self._order = (-1, torch.empty(0, dtype=torch.long))  # the last epoch asked for, and its order

    def batch(
        self, index: int, masks: Tensor | None, kept: Mapping[str, float] = NOTHING, teacher: Classifier | None = None
    ) -> Batch:
        """This process's rows of the batch of step `index`; masks (N, H, W), or maps, are those of all images.

        kept: what the objective keeps from step to step; teacher: the moving average of the weights.
        """
        (epoch, place), size, device = divmod(index, self.each), self.schedule.batch, self.fabric.device
        if self._order[0] != epoch:
            shuffle = torch.Generator().manual_seed(stream(self.schedule.seed, "order", epoch))
            self._order = (epoch, torch.randperm(len(self.data), generator=shuffle))
        order = self._order[1]
        first, last = share(size, self.fabric)
        chosen = order[place * size + first : place * size + last]
        seed = stream(self.schedule.seed, "step", index)
        draws = torch.Generator().manual_seed(stream(seed, "augment"))
        here = None if masks is None else masks[chosen].to(device)
        images, here = augment(self.data.images[chosen].to(device), here, self.schedule, draws, first, size)
        labels = self.data.labels[chosen].to(device)
        trained = epoch / self.schedule.epochs
        made = Batch(images, labels, chosen, seed, first, size, here, kept=kept, trained=trained, teacher=teacher)
        if not self.pairs:
            return made
        next_ones = order[place * size : (place + 1) * size].roll(-1)[first:last]
        return replace(
            made, others=self.data.images[next_ones].to(device).float() / 255,
            other_labels=self.data.labels[next_ones].to(device),
            other_masks=None if masks is None else as_used(masks[next_ones].to(device)),
        )  # fmt: skip


def as_used(kept: Tensor) -> Tensor:
    """Masks, bool, as they are; maps, which are kept in half precision, in single precision."""
    return kept if kept.dtype == torch.bool else kept.float()
