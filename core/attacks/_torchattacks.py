"""The one place where attacks of the library torchattacks (3.3.0) meet a classifier: on a copy, theirs to mark.

What the library does that must reach nobody else: it sets the modes of the network, leaves gradients behind, and writes
into the logits it is given. It also seeds and draws from the global generators; `core.base.rng.seeded`, around every
attack, puts those back. It holds no broad `except`: `core.base.cancellation.Cancelled`, raised by any forward pass,
comes through.
"""

import torch
from torch import Tensor, nn

from core.contracts.classifier import Classifier

LIBRARY = "torchattacks 3.3.0"


class _Apart(nn.Module):
    """The classifier's logits in storage of their own, on the device the images came from."""

    def __init__(self, classifier: Classifier) -> None:
        super().__init__()
        self.inner = classifier.module()
        self._device = classifier.device

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.inner(images.to(self._device))
        return logits.to(images.device).clone()


def borrowed(classifier: Classifier) -> nn.Module:
    """A copy of the frozen classifier as a module over images in [0, 1]; what it computes is metered like the original.

    Call it while the classifier is frozen (as in an attack's `run`): the copy's parameters then take no gradients.
    """
    return _Apart(classifier.copy())


class Candidates(nn.Module):
    """(N, K) logits -> (N, k): those of the chosen classes, in the order given.

    >>> Candidates(torch.tensor([2, 0]))(torch.tensor([[3.0, 1.0, 2.0]])).tolist()
    [[2.0, 3.0]]
    """

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
