"""Which allowed architectures a set of weights would fit, told without building one of them in memory."""

from collections.abc import Mapping
from functools import lru_cache

import torch
from torch import Tensor

from core.checkpoints.tensor_files import COUNTS
from core.classifiers import torchvision_imagenet
from core.classifiers._architectures import Architecture, architecture, head, names
from core.classifiers._preprocessing import default_weights
from core.classifiers._tensor_names import arranged

HEADS = 4_500_000  # weights of the largest last layer, 4096 inputs for 1000 classes
MOST_TOLD = 4
Shapes = Mapping[str, tuple[int, ...]]


def fitting(tensors: Mapping[str, Tensor], but: str) -> str:
    """Architectures, other than `but` for its usual images, whose tensors are called and shaped like these, in words.

    The number of classes does not matter. "" if there are none.

    >>> from core.classifiers.mnist_cnn import MnistCNN
    >>> fitting(MnistCNN(3).state_dict(), "resnet20")
    'mnist_cnn'
    """
    shapes = {name: tuple(value.shape) for name, value in tensors.items()}
    total = sum(value.numel() for value in tensors.values())
    found = []
    for name in names():
        if name in torchvision_imagenet.names():
            published = default_weights(name).meta["num_params"]
            if not published - HEADS <= total <= 1.1 * published + HEADS:
                continue
        design = architecture(name)
        for channels in (3, 1) if design.any_channels else (design.size[0],):
            usual = channels == design.size[0]
            if not (name == but and usual) and _fits(shapes, design, channels):
                found.append(name if usual else f"{name} for {'colour' if channels == 3 else 'greyscale'} images")
    return " or ".join(found[:MOST_TOLD])


def _fits(shapes: Shapes, design: Architecture, channels: int) -> bool:
    wanted, last = _shapes(design.name, channels)
    given = arranged(dict(shapes), wanted, design.rename)[0]
    heads = (last, last.removesuffix("weight") + "bias")
    if any(name not in wanted for name in given):
        return False
    return all(
        name.endswith(COUNTS)
        or (name in given and given[name] == shape)
        or (name in heads and len(given.get(name, ())) == len(shape) and given[name][1:] == shape[1:])
        for name, shape in wanted.items()
    )


@lru_cache(maxsize=256)
def _shapes(name: str, channels: int) -> tuple[Shapes, str]:
    """The shapes of an architecture's tensors by name, and which of them is the head's weight."""
    design = architecture(name)
    try:
        with torch.device("meta"):
            net = design.build(2, channels)
    except NotImplementedError:  # RegNets reckon with tensors while they are built
        net = design.build(2, channels)
    return {key: tuple(value.shape) for key, value in net.state_dict().items()}, head(net)
