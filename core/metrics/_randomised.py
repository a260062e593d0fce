"""A copy of a classifier whose layers are given new random weights one after the other, from the output down."""

import math
from collections.abc import Iterator

from torch import nn

from core.base.rng import seeded
from core.contracts.classifier import Classifier

SEED = 20_180_810


def layers(net: nn.Module) -> list[nn.Module]:
    """The layers that can be given new random weights, from the output down, in the order they are written down."""
    return [
        module for module in reversed(list(net.modules()))
        if callable(getattr(module, "reset_parameters", None)) and list(module.parameters(recurse=False))
    ]  # fmt: skip


def randomised(classifier: Classifier, stages: int) -> Iterator[Classifier]:
    """The same copy again and again, more of its layers random each time, all in the last of at most `stages`.

    Layers get the weights that training would begin with; batch normalisation forgets what it has counted. They are
    drawn on the CPU from a seed of its own. ValueError if no layer can be given new weights.
    """
    copy, device = classifier.copy(), classifier.device
    found = layers(copy.net)
    if not found:
        raise ValueError("this network has no layer that can be given new random weights")
    count = min(stages, len(found))
    done = 0
    for stage in range(1, count + 1):
        until = math.ceil(stage * len(found) / count)
        for place in range(done, until):
            found[place].to("cpu")
            with seeded(SEED + place):
                found[place].reset_parameters()  # type: ignore[operator]
            found[place].to(device)
        done = until
        yield copy
