"""One computation at a time, first come first served, with the random generators put back afterwards.

Seeds set the process's one global generator, and two attacks at once would draw from each other's numbers. A network
that is built draws its first weights from it too, so building takes a turn as well (reading or fetching its file not).
"""

import random
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from core.base import cancellation

CPU = torch.device("cpu")
_queue: deque[int] = deque()
_changed = threading.Condition()


@contextmanager
def exclusive() -> Iterator[None]:
    """Wait for this thread's turn, which the current scope can cancel; a thread that has it passes straight through."""
    mine = threading.get_ident()
    if _queue and _queue[0] == mine:
        yield
        return
    with _changed:
        _queue.append(mine)
    try:
        with _changed:
            while _queue[0] != mine:
                _changed.wait(timeout=0.2)
                cancellation.check()
        yield
    finally:
        with _changed:
            _queue.remove(mine)
            _changed.notify_all()


@contextmanager
def seeded(seed: int, device: torch.device = CPU) -> Iterator[None]:
    """In this thread's turn, the generators of torch, numpy and random seeded with `seed`; put back on leaving."""
    cuda = [device.index or 0] if device.type == "cuda" else []
    with exclusive(), torch.random.fork_rng(devices=cuda):
        numpy_state, python_state = np.random.get_state(), random.getstate()
        try:
            if device.type == "cpu":  # torch.manual_seed would note the call for every absent accelerator too
                torch.default_generator.manual_seed(seed)
            else:
                torch.manual_seed(seed)
            np.random.seed(seed % 2**32)
            random.seed(seed)
            yield
        finally:
            np.random.set_state(numpy_state)
            random.setstate(python_state)
