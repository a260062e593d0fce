"""A network that takes few images at a time, for those who hand it many: less memory for the same answers."""

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from core.contracts.classifier import Classifier


class InParts(nn.Module):
    """`net`, at most `at_once` images at a time. What a gradient needs is made again, part by part, on the way back."""

    def __init__(self, net: nn.Module, at_once: int) -> None:
        super().__init__()
        self.net, self.at_once = net, at_once
        self.training = net.training

    def forward(self, images: Tensor) -> Tensor:
        if len(images) <= self.at_once:
            return self.net(images)  # type: ignore[no-any-return]
        parts = [images[first : first + self.at_once] for first in range(0, len(images), self.at_once)]
        return torch.cat([checkpoint(self.net, part, use_reentrant=False, preserve_rng_state=False) for part in parts])


def in_parts(classifier: Classifier, at_once: int) -> Classifier:
    """`classifier` itself, on the same net, with passes of at most `at_once` images; for evaluation mode.

    What calls it still sees all of its images in one call, so that whatever an attack draws for them is drawn alike.
    """
    return replace(classifier, net=InParts(classifier.net, at_once))
