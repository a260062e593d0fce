"""What several processes of one training agree on, so that none waits for another that has broken off its step.

A process that breaks off takes part in one vote; the others meet it before they next add anything up
(core.distributed.fabric).
"""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from core.base import cancellation
from core.base.cancellation import Cancelled

if TYPE_CHECKING:
    from lightning_fabric import Fabric

FINE, SAVE, AGAIN, STOP = range(4)  # the highest vote wins


class Called(Cancelled):
    """Raised in every process when one of them was stopped."""


class Again(Exception):
    """Raised in every process when one of them had too little memory for the step that all are in."""


def vote(mine: int, fabric: "Fabric") -> int:
    """The highest of the processes' votes; each of them calls this."""
    if fabric.world_size == 1:
        return mine
    found = fabric.all_reduce(torch.tensor([mine], dtype=torch.int32, device=fabric.device), reduce_op="max")
    assert isinstance(found, Tensor)
    return int(found.item())


def agree(fabric: "Fabric") -> None:
    """Raise in all processes alike if one of them has broken off, or is to; Called for a stop, Again for memory."""
    if fabric.world_size > 1:
        heed(vote(STOP if cancellation.stopped() else FINE, fabric))


def heed(found: int) -> None:
    """Raise what a vote calls for."""
    if found == STOP:
        raise Called("stopped on request")
    if found == AGAIN:
        raise Again
