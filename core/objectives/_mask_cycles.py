"""When a guided training looks for spurious regions, and in which of its images."""

import torch
from torch import Tensor

from core.contracts.batch import stream


class MaskCycles:
    """The part of an objective that says when masks are due; its parameters are fields of the objective."""

    mask_source: str
    first: int
    every: int
    groups: int

    @property
    def maskless(self) -> str:
        """Why it never looks for spurious regions as it is set, after "No spurious region is looked for:"; else ""."""
        return "that is switched off" if self.mask_source == "none" else ""

    def due(self, epoch: int) -> bool:
        return not self.maskless and epoch >= self.first and (epoch - self.first) % self.every == 0

    def unguided(self, epochs: int) -> str:
        if any(self.due(epoch) for epoch in range(epochs)):
            return ""
        why = self.maskless or f"the first would be after {self.first} epochs, and the training has {epochs}"
        return f"No spurious region is looked for: {why}. Nothing guides this training but its other settings."

    def rows(self, count: int, epoch: int, seed: int) -> Tensor:
        return group(count, (epoch - self.first) // self.every, self.groups, seed)


def group(count: int, cycle: int, groups: int, seed: int) -> Tensor:
    """Which of `count` images are looked at in this cycle (from 0), in order: one of the groups after the other."""
    draws = torch.Generator().manual_seed(stream(seed, "turns"))  # another name would draw other groups
    return torch.randperm(count, generator=draws)[cycle % groups :: groups].sort().values
