"""How many workers there may be, and whether there is memory for one more."""

import os

import torch

from core.base import memory_info
from core.workers.models import ModelName

VARIABLE = "COUNTERPROOF_WORKERS"
MOST = 12  # so that eight windows always have one each, though some have three: see core.workers.pool
ALLOWED = 64
EACH = 600 * 10**6  # bytes that a worker is reckoned with
LEFT = 1_000 * 10**6  # bytes of memory, or of a GPU's, that are left to others: with less there is no further worker
MOST_THREADS = 8
RETIRED = 1_500 * 10**6  # bytes: a worker that has grown beyond is replaced once it has nothing to do


def wanted() -> int:
    """How many workers there may be at most: what $COUNTERPROOF_WORKERS says, else as memory allows, up to MOST.

    0: none, and the server computes by itself, one thing at a time. ValueError in one sentence if the variable says
    something else than a whole number.
    """
    said = os.environ.get(VARIABLE, "").strip()
    if not said:
        return max(2, min(MOST, memory_info.available() // 2 // EACH))
    if not said.isascii() or not said.isdigit() or int(said) > ALLOWED:
        raise ValueError(f"expected {VARIABLE} to be a whole number from 0 to {ALLOWED}, got {said[:40]!r}")
    return int(said)


def threads() -> int:
    """The threads that every worker computes with, however many of them compute: another number gives other digits."""
    return min(torch.get_num_threads(), MOST_THREADS)


def room(models: tuple[ModelName, ...]) -> bool:
    """Whether there is memory for one more computation with these models, in the machine and on their GPUs."""
    if memory_info.available() < LEFT:
        return False
    devices = {each.device for each in models if each.device.startswith("cuda")}
    return all(torch.cuda.mem_get_info(each)[0] > LEFT for each in devices)
