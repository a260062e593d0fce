"""The one place where attacks of the library torchattacks (3.3.0) meet a classifier: a copy, alone, with seeded draws.

What the library does that must not reach anyone else: it sets the modes of the network, leaves gradients behind, seeds
the global generators of torch, draws from numpy's, and writes into the logits it is given. It contains no broad
`except`, so `core.meter.Cancelled`, raised by any forward pass, comes through it untouched.
"""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from core import meter
from core.classifier import Classifier

LIBRARY = "torchattacks 3.3.0"
_alone = threading.RLock()  # the library draws from generators that all threads share


class _Apart(nn.Module):
    """The classifier's logits in storage of their own, on the device the images came from."""

    def __init__(self, classifier: Classifier) -> None:
        super().__init__()
        self.inner = classifier.module()
        self._device = classifier.device

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.inner(images.to(self._device))
        return logits.to(images.device).clone()


class Candidates(nn.Module):
    """(N, K) logits -> (N, k): those of the chosen classes, in the order given."""

    def __init__(self, classes: Tensor) -> None:
        super().__init__()
        self._classes = classes

    def forward(self, logits: Tensor) -> Tensor:
        return logits[:, self._classes]


class Versus(nn.Module):
    """(N, K) logits -> (N, 2): the best of the other classes, then `target`. Leaving class 0 is reaching the target.

    >>> Versus(1)(torch.tensor([[3.0, 1.0, 2.0]])).tolist()
    [[3.0, 1.0]]
    """

    def __init__(self, target: int) -> None:
        super().__init__()
        self._target = target

    def forward(self, logits: Tensor) -> Tensor:
        others = torch.cat([logits[:, : self._target], logits[:, self._target + 1 :]], dim=1)
        return torch.stack([others.max(dim=1).values, logits[:, self._target]], dim=1)


@contextmanager
def borrowed(classifier: Classifier, seed: int) -> Iterator[nn.Module]:
    """A copy of the frozen classifier as a module over images in [0, 1], for the library to treat as it likes.

    Inside, the generators of torch, numpy and `random` start from `seed`; on leaving, also on error, they are as before.
    Call it with the classifier frozen (as an Attack's `run` is): the copy's parameters then take no gradients either.
    """
    while not _alone.acquire(timeout=0.1):
        meter.check()
    numbers, plain = np.random.get_state(), random.getstate()
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []
    try:
        with torch.random.fork_rng(devices=devices):
            torch.manual_seed(seed)
            np.random.seed(seed % 2**32)
            random.seed(seed)
            yield _Apart(classifier.copy())
    finally:
        np.random.set_state(numbers)
        random.setstate(plain)
        _alone.release()
